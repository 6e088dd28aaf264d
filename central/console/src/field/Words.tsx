import { Textarea } from "@mantine/core";
import type { ReactNode, Ref } from "react";
import { useTranslation } from "react-i18next";

import type { Draft } from "./useDraft";

const MOST = 4000;

/** What was done, in the crew's own words; kept on the phone with every key. */
export function Words({ draft, ref }: { draft: Draft; ref: Ref<HTMLTextAreaElement> }): ReactNode {
  const { t } = useTranslation("field");
  return (
    <Textarea
      ref={ref}
      label={t("words.label")}
      description={t("words.hint")}
      placeholder={t("words.placeholder")}
      size="lg"
      autosize
      minRows={3}
      maxLength={MOST}
      styles={{ label: { fontSize: "1.1rem", fontWeight: 600 } }}
      value={draft.words}
      onChange={(event) => draft.write(event.currentTarget.value)}
    />
  );
}
