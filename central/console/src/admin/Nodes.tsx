/** The boxes: which have a secret to send pictures with, which are on, and a new secret where one is needed. */
import { Alert, Badge, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "@/app/session";
import { useWard } from "@/app/ward";
import { useProblemWords } from "@/parts/problems";
import { Asked, Empty } from "@/parts/States";
import { Age } from "@/parts/time";
import { api, once, type Shapes, told } from "@/wire/client";
import { wards } from "@/wire/queries";

import classes from "./admin.module.css";
import { nodePages } from "./asking";
import { type Column, End, Rows } from "./Rows";
import { Secret } from "./Secret";

type Node = Shapes["NodeShape"];

function Renew({ node, close }: { node: Node; close: () => void }): ReactNode {
  const { t } = useTranslation("admin");
  const words = useProblemWords();
  const client = useQueryClient();
  const [key] = useState(() => crypto.randomUUID());
  const renewing = useMutation({
    mutationFn: () =>
      told(api.POST("/v1/nodes/{node}/secret", { params: { path: { node: node.id }, header: once(key) } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["node"] }),
  });
  return (
    <Modal
      opened
      onClose={close}
      closeOnClickOutside={!renewing.data}
      title={t("node.renewTitle", { node: node.name })}
      closeButtonProps={{ "aria-label": t("app:do.close") }}
    >
      <Stack>
        {renewing.data ? (
          <Secret label={t("node.secret")} value={renewing.data.secret ?? null} hint={t("node.secretHint")} />
        ) : (
          <Text size="sm">{t(node.enrolled ? "node.renewAsk" : "node.enrolAsk")}</Text>
        )}
        {renewing.error && (
          <Alert color="red" role="alert">
            {words(renewing.error)}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t(renewing.data ? "app:do.close" : "app:do.cancel")}
          </Button>
          {!renewing.data && (
            <Button
              color={node.enrolled ? "red.9" : undefined}
              loading={renewing.isPending}
              onClick={() => renewing.mutate()}
            >
              {t(node.enrolled ? "node.renew" : "node.enrol")}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function useColumns(renew: (node: Node) => void): Column<Node>[] {
  const { t } = useTranslation("admin");
  const may = useMay();
  const { data } = useQuery(wards);
  const mark = (good: boolean, yes: string, no: string): ReactNode => (
    <Badge variant="default" radius="sm" className={classes.mark} data-good={good}>
      {good ? yes : no}
    </Badge>
  );
  return [
    {
      head: t("node.name"),
      cell: (node) => (
        <>
          <strong>{node.name}</strong>
          <div className={classes.id}>{node.id}</div>
        </>
      ),
    },
    { head: t("node.ward"), cell: (node) => data?.find((ward) => ward.id === node.ward)?.name ?? node.ward },
    {
      head: t("node.state"),
      cell: (node) =>
        node.retired_at
          ? mark(false, "", t("node.retired"))
          : mark(node.online, t("node.online"), t("node.offline")),
    },
    {
      head: t("node.heard"),
      cell: (node) => (node.heard_at ? <Age at={node.heard_at} /> : t("node.never")),
    },
    { head: t("node.enrolled"), cell: (node) => mark(node.enrolled, t("node.has"), t("node.hasNot")) },
    {
      head: t("do"),
      cell: (node) =>
        may(["admin"], node.ward) &&
        !node.retired_at && (
          <Button variant="default" size="xs" onClick={() => renew(node)}>
            {t(node.enrolled ? "node.renew" : "node.enrol")}
          </Button>
        ),
    },
  ];
}

export function Nodes(): ReactNode {
  const { t } = useTranslation("admin");
  const { ward } = useWard();
  const query = useInfiniteQuery(nodePages);
  const [renewed, setRenewed] = useState<Node | null>(null);
  const columns = useColumns(setRenewed);
  return (
    <Asked query={query}>
      {({ pages }) => {
        const nodes = pages.flatMap((page) => page.items).filter((node) => !ward || node.ward === ward);
        if (nodes.length === 0) return <Empty title={t("node.none")} />;
        return (
          <>
            <Rows label={t("room.nodes")} columns={columns} rows={nodes} id={(node) => node.id} />
            <End count={nodes.length} query={query} />
            {renewed && <Renew key={renewed.id} node={renewed} close={() => setRenewed(null)} />}
          </>
        );
      }}
    </Asked>
  );
}
