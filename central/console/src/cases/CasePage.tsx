/** One case whole: where it stands, what it looks like, what was done, and what the person may do now. */
import { Group, Stack, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { Severity } from "@/parts/Severity";
import { Asked } from "@/parts/States";
import { oneCase } from "@/wire/queries";

import { type CaseDetail, useCaseTitle, useLiveEvidence } from "./asking";
import { Due, useWardName } from "./Card";
import classes from "./detail.module.css";
import { Facts } from "./Facts";
import { History } from "./History";
import { Photos } from "./Photos";
import { StateBadge } from "./StateBadge";
import { Steps } from "./Steps";

function Header({ one }: { one: CaseDetail }): ReactNode {
  const { t } = useTranslation("cases");
  const title = useCaseTitle();
  const wardName = useWardName()(one.ward);
  return (
    <header className={classes.header}>
      <Link href="" className={classes.back}>
        <IconArrowLeft size={16} aria-hidden />
        {t("detail.back")}
      </Link>
      <Group justify="space-between" gap="md" align="flex-end">
        <Stack gap={6} className={classes.grow}>
          <Title order={1} size="h2" className={classes.name}>
            <span className={classes.number}>#{one.number}</span> {title(one)}
          </Title>
          <Group gap="md" aria-live="polite">
            <StateBadge state={one.state} size="lg" />
            <Severity grade={one.severity} text />
            <Due line={one} />
            {wardName && <span className="ws-quiet">{wardName}</span>}
          </Group>
        </Stack>
        <Steps one={one} />
      </Group>
    </header>
  );
}

export function CasePage({ id }: { id: string }): ReactNode {
  const query = useQuery(oneCase(id));
  useLiveEvidence(id);
  return (
    <Asked query={query}>
      {(one) => (
        <article className={classes.page}>
          <Header one={one} />
          <div className={classes.body}>
            <Photos one={one} />
            <Stack gap="md" className={classes.side}>
              <Facts one={one} />
              <History one={one} />
            </Stack>
          </div>
        </article>
      )}
    </Asked>
  );
}
