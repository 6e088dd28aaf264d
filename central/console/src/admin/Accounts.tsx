/** Who may sign in, and as what: found by name, added with a one-time link, changed, closed. */
import { Badge, Button, Group, TextInput } from "@mantine/core";
import { IconLink, IconPencil, IconSearch, IconUserPlus } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/app/session";
import { useWard } from "@/app/ward";
import { Asked, Empty } from "@/parts/States";
import { units, wards } from "@/wire/queries";

import { AccountForm } from "./AccountForm";
import { type Account, own, searched } from "./accounts";
import classes from "./admin.module.css";
import { accountPages } from "./asking";
import { NewLink } from "./NewLink";
import { type Column, End, Rows } from "./Rows";

type Doing = { what: "add" } | { what: "change" | "link"; account: Account } | null;

function Roles({ account }: { account: Account }): ReactNode {
  const { t } = useTranslation(["admin", "codes"]);
  const { data } = useQuery(wards);
  const where = (ward: string): string => data?.find((one) => one.id === ward)?.name ?? ward;
  return (
    <ul className={classes.grants}>
      {account.grants.map((grant) => (
        <li key={`${grant.role} ${grant.ward}`}>
          {t(`codes:role.${grant.role}`)}
          <span className="ws-quiet"> · {grant.ward ? where(grant.ward) : t("grant.city")}</span>
        </li>
      ))}
    </ul>
  );
}

function useColumns(start: (doing: Doing) => void): Column<Account>[] {
  const { t } = useTranslation("admin");
  const { me } = useSession();
  const { data } = useQuery(units);
  return [
    {
      head: t("account.name"),
      cell: (account) => (
        <>
          <strong>{account.name}</strong>
          <div className={classes.id}>{account.login}</div>
        </>
      ),
    },
    {
      head: t("account.unit"),
      cell: ({ unit }) => (unit ? (data?.find((one) => one.id === unit)?.name ?? unit) : "–"),
    },
    { head: t("grant.title"), cell: (account) => <Roles account={account} /> },
    {
      head: t("account.state"),
      cell: ({ active, has_password: known }) => (
        <Badge variant="default" radius="sm" className={classes.mark} data-good={active && known}>
          {t(!active ? "account.closed" : known ? "account.open" : "account.invited")}
        </Badge>
      ),
    },
    {
      head: t("do"),
      cell: (account) =>
        own(me.grants, account) ? (
          <Group gap={6}>
            <Button
              variant="default"
              size="xs"
              leftSection={<IconPencil size={14} aria-hidden />}
              aria-label={t("account.changeOf", { name: account.name })}
              onClick={() => start({ what: "change", account })}
            >
              {t("account.change")}
            </Button>
            {account.active && (
              <Button
                variant="default"
                size="xs"
                leftSection={<IconLink size={14} aria-hidden />}
                aria-label={t("link.of", { name: account.name })}
                onClick={() => start({ what: "link", account })}
              >
                {t("link.new")}
              </Button>
            )}
          </Group>
        ) : (
          <span className="ws-quiet">{t("account.notYours")}</span>
        ),
    },
  ];
}

export function Accounts(): ReactNode {
  const { t } = useTranslation("admin");
  const { ward } = useWard();
  const query = useInfiniteQuery(accountPages);
  const [text, setText] = useState("");
  const [doing, setDoing] = useState<Doing>(null);
  const columns = useColumns(setDoing);
  const close = (): void => setDoing(null);
  const all = query.data?.pages.flatMap((page) => page.items) ?? [];
  const here = all.filter(
    ({ grants }) => !ward || grants.some((grant) => !grant.ward || grant.ward === ward),
  );
  // The newest of the account under the form, so that sending again is a decision on it.
  const held = doing && "account" in doing ? all.find(({ id }) => id === doing.account.id) : null;
  return (
    <>
      <Group className={classes.bar} justify="space-between">
        <TextInput
          type="search"
          className={classes.search}
          aria-label={t("account.search")}
          placeholder={t("account.search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button
          leftSection={<IconUserPlus size={16} aria-hidden />}
          onClick={() => setDoing({ what: "add" })}
        >
          {t("account.add")}
        </Button>
      </Group>
      <Asked query={query}>
        {() => {
          const found = searched(here, text);
          if (found.length === 0) return <Empty title={t("account.none")} />;
          return (
            <>
              <Rows label={t("room.accounts")} columns={columns} rows={found} id={({ id }) => id} />
              <End count={found.length} query={query} />
            </>
          );
        }}
      </Asked>
      {doing?.what === "add" && <AccountForm account={null} close={close} />}
      {doing?.what === "change" && <AccountForm account={held ?? doing.account} close={close} />}
      {doing?.what === "link" && <NewLink account={held ?? doing.account} close={close} />}
    </>
  );
}
