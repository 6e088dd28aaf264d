/** The parts an account plays: a role and where, row by row. */
import { ActionIcon, Button, Fieldset, Group, Select, Stack, Text } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/app/session";
import { wards } from "@/wire/queries";

import { CITY, type Grant, reaches, ROLES } from "./accounts";

interface Props {
  grants: Grant[];
  change: (grants: Grant[]) => void;
}

export function Grants({ grants, change }: Props): ReactNode {
  const { t } = useTranslation(["admin", "codes"]);
  const { me } = useSession();
  const { data = [] } = useQuery(wards);
  const places = [
    ...(reaches(me.grants, null) ? [{ value: CITY, label: t("grant.city") }] : []),
    ...data.filter(({ id }) => reaches(me.grants, id)).map(({ id, name }) => ({ value: id, label: name })),
  ];
  const put = (index: number, told: Partial<Grant>): void =>
    change(grants.map((grant, at) => (at === index ? { ...grant, ...told } : grant)));
  const add = (): void => {
    const place = places.find(({ value }) => value !== CITY) ?? places[0];
    change([...grants, { role: "operator", ward: !place || place.value === CITY ? null : place.value }]);
  };
  return (
    <Fieldset legend={t("grant.title")}>
      <Stack gap="xs">
        {grants.length === 0 && (
          <Text size="sm" className="ws-quiet">
            {t("grant.none")}
          </Text>
        )}
        {grants.map((grant, index) => (
          <Group key={index} gap="xs" wrap="nowrap">
            <Select
              flex={1}
              aria-label={t("grant.role")}
              allowDeselect={false}
              value={grant.role}
              onChange={(role) => role && put(index, { role: role })}
              data={ROLES.map((role) => ({ value: role, label: t(`codes:role.${role}`) }))}
            />
            <Select
              flex={1}
              aria-label={t("grant.ward")}
              allowDeselect={false}
              searchable
              value={grant.ward ?? CITY}
              onChange={(ward) => put(index, { ward: ward === CITY ? null : ward })}
              data={places}
            />
            <ActionIcon
              variant="default"
              size={36}
              aria-label={t("grant.remove")}
              onClick={() => change(grants.filter((_, at) => at !== index))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={add}
          style={{ alignSelf: "flex-start" }}
        >
          {t("grant.add")}
        </Button>
      </Stack>
    </Fieldset>
  );
}
