/** Every key and what it does. */
import { Modal, Table } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

const KEYS: readonly (readonly [keys: readonly string[], word: string])[] = [
  [["J", "↓"], "next"],
  [["K", "↑"], "previous"],
  [["Enter"], "open"],
  [["Esc"], "close"],
  [["A"], "acknowledge"],
  [["C"], "confirm"],
  [["D", "1…7"], "dismiss"],
  [["Z"], "undo"],
  [["X"], "select"],
  [["Shift J", "Shift K"], "extend"],
  [["G"], "newest"],
  [["/"], "search"],
  [["?"], "help"],
];

export function Help({ opened, close }: { opened: boolean; close: () => void }): ReactNode {
  const { t } = useTranslation("queue");
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("help.title")}
      size="md"
      closeButtonProps={{ "aria-label": t("do.close") }}
    >
      <Table verticalSpacing={6} withRowBorders={false}>
        <Table.Tbody>
          {KEYS.map(([keys, word]) => (
            <Table.Tr key={word}>
              <Table.Td w={130}>
                {keys.map((key) => (
                  <kbd key={key} className="ws-key" style={{ marginRight: 4, display: "inline-block" }}>
                    {key}
                  </kbd>
                ))}
              </Table.Td>
              <Table.Td>{t(`help.${word}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
