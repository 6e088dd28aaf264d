/** What there is to show, kept fresh, and the one item the address asks for even when it is not among the open ones. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { api, told } from "@/wire/client";
import { allDevices, openAlerts, openCases, useFreshLists } from "@/wire/everything";
import { alert as oneAlert, oneCase } from "@/wire/queries";

import { alertSpots, type Asked, caseSpots, deviceSpots, found, type Item, ordered } from "./items";

interface Shown {
  items: readonly Item[];
  chosen: Item | null;
  /** Nothing has come yet. */
  waiting: boolean;
  error: unknown;
  again: () => void;
  /** There are more alerts or cases than are drawn. */
  cut: boolean;
  /** What was asked for is not there, or not for this person. */
  missing: boolean;
}

export function useItems(ward: string | undefined, wanted: Asked | null): Shown {
  useFreshLists();
  const devices = useQuery(allDevices(ward));
  const alerts = useQuery(openAlerts(ward));
  const cases = useQuery(openCases(ward));
  const lists = [devices, alerts, cases];

  const items = useMemo(
    () =>
      ordered([
        ...alertSpots(alerts.data?.items ?? []),
        ...caseSpots(cases.data?.items ?? []),
        ...deviceSpots(devices.data?.items ?? []),
      ]),
    [alerts.data, cases.data, devices.data],
  );
  const open = found(items, wanted);
  const settled = lists.every(({ isPending }) => !isPending);
  const sought = wanted && settled && !open ? wanted : null;
  const { item: closed, missing } = useClosed(sought);
  return {
    items: closed ? [closed, ...items] : items,
    chosen: open ?? closed,
    waiting: lists.some(({ data, error }) => !data && !error),
    error: lists.find(({ data, error }) => error && !data)?.error ?? null,
    again: () => lists.forEach(({ refetch }) => void refetch()),
    cut: Boolean(alerts.data?.cut || cases.data?.cut || devices.data?.cut),
    missing,
  };
}

/** One alert, case or device that is not among the open ones. */
function useClosed(sought: Asked | null): { item: Item | null; missing: boolean } {
  const id = sought?.id ?? "";
  const alert = useQuery({ ...oneAlert(id), enabled: sought?.what === "alert" });
  const work = useQuery({ ...oneCase(id), enabled: sought?.what === "case" });
  const device = useQuery({
    queryKey: ["device", "one", id],
    enabled: sought?.what === "device",
    queryFn: () => told(api.GET("/v1/devices/{device_id}", { params: { path: { device_id: id } } })),
  });
  const one = sought?.what === "alert" ? alert : sought?.what === "case" ? work : device;
  const [alertData, caseData, deviceData] = [alert.data, work.data, device.data];
  const item = useMemo((): Item | null => {
    if (sought?.what === "alert") return alertData ? alertSpots([alertData])[0]! : null;
    if (sought?.what === "case") return caseData ? caseSpots([caseData])[0]! : null;
    if (sought?.what === "device")
      return deviceData ? deviceSpots([{ ...deviceData, retired_at: null }])[0]! : null;
    return null;
  }, [sought?.what, alertData, caseData, deviceData]);
  return { item, missing: sought !== null && Boolean(one.error) };
}
