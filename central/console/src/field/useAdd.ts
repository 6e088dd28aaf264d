/** Put something into the outbox, and tell when the phone cannot keep it. */
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";

import { useTitles } from "./ask";
import { useCourier } from "./carrier";
import type { PhotoDeed, StepDeed } from "./outbox";
import { isFull } from "./store";
import type { Task } from "./tasks";

export type Add = (
  task: Task,
  deed: StepDeed | PhotoDeed,
  photo?: ArrayBuffer | null,
  draftKey?: string | null,
) => Promise<boolean>;

/** Whether it is kept now. */
export function useAdd(): Add {
  const courier = useCourier();
  const titles = useTitles();
  const { t } = useTranslation("field");
  return async (task, deed, photo = null, draftKey = null) => {
    const item = {
      id: crypto.randomUUID(),
      caseId: task.id,
      about: { number: task.number, title: titles(task) },
      at: new Date().toISOString(),
      deed,
      version: task.version,
      sent: false,
      tries: 0,
      notBefore: 0,
      refusal: null,
    };
    try {
      await courier.add(item, photo, draftKey);
      return true;
    } catch (error) {
      const message = isFull(error) ? t("unsent.full") : t("unsent.notKept");
      notifications.show({ color: "red", position: "top-center", message, autoClose: false, role: "alert" });
      return false;
    }
  };
}
