import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";

import { Problem } from "@/wire/client";

/** Words for what went wrong, in the language of the page. */
export function useProblemWords(): (error: unknown) => string {
  const { t, i18n } = useTranslation("codes");
  return (error) => {
    const { code, params } = error instanceof Problem ? error : new Problem("unknown", 0);
    return i18n.exists(`problem.${code}`, { ns: "codes" })
      ? t(`problem.${code}`, params)
      : t("problem.unknown", { code });
  };
}

/** Shows a refusal as a notice that stays until read. */
export function useTellProblem(): (error: unknown) => void {
  const words = useProblemWords();
  const { t } = useTranslation();
  return (error) =>
    notifications.show({
      color: "red",
      message: words(error),
      autoClose: 8000,
      role: "alert",
      closeButtonProps: { "aria-label": t("do.close") },
    });
}
