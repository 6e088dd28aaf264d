/** What a list shows when there is nothing, not yet anything, or nothing to be had. Designed, not left blank. */
import { Alert, Button, Group, Skeleton, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconAlertTriangle, IconInbox } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useProblemWords } from "./problems";

export function Loading({ rows = 4, height = 64 }: { rows?: number; height?: number }): ReactNode {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" p="md" role="status" aria-label={t("state.loading")}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} h={height} radius="md" />
      ))}
    </Stack>
  );
}

export function Empty({ title, children }: { title?: string; children?: ReactNode }): ReactNode {
  const { t } = useTranslation();
  return (
    <Stack align="center" justify="center" gap="xs" p="xl" mih={180}>
      <ThemeIcon variant="light" size={52} radius="xl" aria-hidden>
        <IconInbox size={28} stroke={1.5} />
      </ThemeIcon>
      <Text fw={600}>{title ?? t("state.empty")}</Text>
      {children && (
        <Text component="div" className="ws-quiet" size="sm" ta="center" maw={420}>
          {children}
        </Text>
      )}
    </Stack>
  );
}

export function Failed({ error, again }: { error: unknown; again?: () => void }): ReactNode {
  const { t } = useTranslation();
  const words = useProblemWords();
  return (
    <Alert m="md" color="red" icon={<IconAlertTriangle />} title={t("state.error")} role="alert">
      <Group justify="space-between" align="center">
        <Text size="sm">{words(error)}</Text>
        {again && (
          <Button size="xs" variant="light" color="red" onClick={again}>
            {t("state.again")}
          </Button>
        )}
      </Group>
    </Alert>
  );
}

/** The three states of a query around its content. Old content stays while new is asked for. */
export function Asked<T>({
  query,
  children,
  rows,
}: {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  children: (data: T) => ReactNode;
  rows?: number;
}): ReactNode {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failed error={query.error} again={() => void query.refetch()} />;
  return <Loading rows={rows} />;
}
