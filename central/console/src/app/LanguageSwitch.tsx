import { SegmentedControl } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { LANGUAGES, type Language, speak } from "@/words/i18n";

export function LanguageSwitch(): ReactNode {
  const { t, i18n } = useTranslation();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("language.switch")}
      value={i18n.language}
      onChange={(language) => void speak(language as Language)}
      data={LANGUAGES.map((language) => ({ value: language, label: t(`language.${language}`) }))}
    />
  );
}
