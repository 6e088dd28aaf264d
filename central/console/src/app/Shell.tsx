/** The frame of every page: where to go, whether what one sees is live, and who one is. */
import {
  ActionIcon,
  Badge,
  Box,
  Group,
  Menu,
  Select,
  Text,
  Tooltip,
  useMantineColorScheme,
} from "@mantine/core";
import { IconKey, IconLogout, IconMoon, IconSun, IconUser } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

import { useLine, useMay, useSession } from "@/app/session";
import { Mark } from "@/parts/Mark";
import { clock } from "@/words/format";
import { wards } from "@/wire/queries";

import { LanguageSwitch } from "./LanguageSwitch";
import { Password } from "./Password";
import { PLACES } from "./places";
import classes from "./Shell.module.css";
import { useWard } from "./ward";

function LineState(): ReactNode {
  const { t, i18n } = useTranslation();
  const line = useLine();
  if (line.state === "live")
    return (
      <Badge
        className={`ws-line-state ${classes.line}`}
        variant="dot"
        color="jade"
        role="status"
        aria-label={t("line.live")}
      >
        {t("line.live")}
      </Badge>
    );
  const words =
    line.state === "lost" ? t("line.lost", { since: clock(line.since, i18n.language) }) : t("line.opening");
  return (
    <Tooltip label={words}>
      <Badge
        className="ws-line-state"
        variant="dot"
        color={line.state === "lost" ? "red" : "gray"}
        role="status"
      >
        {line.state === "lost" ? t("line.lostShort") : words}
      </Badge>
    </Tooltip>
  );
}

/** A page that is not fed any more must not look as if it were. */
function StaleBar(): ReactNode {
  const { t, i18n } = useTranslation();
  const line = useLine();
  if (line.state !== "lost") return null;
  return (
    <div className={classes.stale} role="alert">
      {t("line.lost", { since: clock(line.since, i18n.language) })}
    </div>
  );
}

function WardSelect(): ReactNode {
  const { t } = useTranslation();
  const { ward, choose } = useWard();
  const { data } = useQuery(wards);
  if (!data || data.length < 2)
    return data?.[0] ? (
      <Text fw={600} size="sm" lineClamp={1}>
        {data[0].name}
      </Text>
    ) : null;
  return (
    <Select
      size="xs"
      w={170}
      aria-label={t("ward.choose")}
      placeholder={t("ward.all")}
      clearable
      searchable
      value={ward ?? null}
      onChange={(next) => choose(next ?? undefined)}
      data={data.map((one) => ({ value: one.id, label: one.name }))}
    />
  );
}

function AccountMenu(): ReactNode {
  const { t } = useTranslation();
  const { me, signOut } = useSession();
  const [choosing, setChoosing] = useState(false);
  return (
    <>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label={`${t("account.menu")}: ${me.name}`}>
            <IconUser size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{me.name}</Menu.Label>
          <Box px="sm" pb="xs">
            <LanguageSwitch />
          </Box>
          <Menu.Item leftSection={<IconKey size={16} />} onClick={() => setChoosing(true)}>
            {t("signIn.choose")}
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
            {t("signIn.out")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Password opened={choosing} close={() => setChoosing(false)} />
    </>
  );
}

function ThemeSwitch(): ReactNode {
  const { t } = useTranslation();
  const { toggleColorScheme } = useMantineColorScheme();
  return (
    <ActionIcon variant="default" size="lg" onClick={toggleColorScheme} aria-label={t("theme.switch")}>
      <IconSun size={18} className={classes.lightOnly} />
      <IconMoon size={18} className={classes.darkOnly} />
    </ActionIcon>
  );
}

export function Shell({ children }: { children: ReactNode }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const [path] = useLocation();
  const places = PLACES.filter((place) => may(place.roles));
  return (
    <div className={classes.frame}>
      <a className="ws-skip" href="#main" onClick={(event) => skip(event)}>
        {t("nav.skip")}
      </a>
      <header className={classes.head}>
        <Group gap="xs" wrap="nowrap">
          <Mark />
          <Text fw={700} visibleFrom="xs">
            {t("name")}
          </Text>
        </Group>
        <Group gap="xs" wrap="nowrap" justify="flex-end">
          <LineState />
          <WardSelect />
          <ThemeSwitch />
          <AccountMenu />
        </Group>
      </header>
      {places.length > 1 && (
        <nav className={classes.nav} aria-label={t("nav.main")}>
          {places.map(({ name, path: to, icon: Icon }) => (
            <Link
              key={name}
              href={to}
              className={classes.link}
              aria-current={path.startsWith(to) ? "page" : undefined}
            >
              <Icon size={22} stroke={1.6} aria-hidden />
              <span>{t(`nav.${name}`)}</span>
            </Link>
          ))}
        </nav>
      )}
      <div className={classes.body}>
        <StaleBar />
        <main id="main" tabIndex={-1} className={classes.main}>
          {children}
        </main>
      </div>
    </div>
  );
}

/** The address is the route here, so the link to the content must not become one. */
function skip(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
