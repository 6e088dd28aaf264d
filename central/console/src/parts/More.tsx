/** The foot of a list that comes in pages: how much of it is there, and a button for the next page. */
import { Button, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  className?: string | undefined;
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  /** How much is there, in words. */
  children: ReactNode;
}

export function More({ className, query, children }: Props): ReactNode {
  const { t } = useTranslation("app");
  return (
    <Group justify="space-between" className={className}>
      <Text size="sm" className="ws-quiet" role="status">
        {children}
      </Text>
      {query.hasNextPage && (
        <Button
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t("do.more")}
        </Button>
      )}
    </Group>
  );
}
