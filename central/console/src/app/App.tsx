import { Button, Center, Loader, Stack, Text, Title } from "@mantine/core";
import { Component, type ErrorInfo, type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Redirect, Route, Router, Switch } from "wouter";

import { SessionGate, useMay } from "@/app/session";
import { Failed, Loading } from "@/parts/States";
import { Problem } from "@/wire/client";

import { useAddress } from "./address";
import { LinkPage } from "./LinkPage";
import { PLACES } from "./places";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";
import { WardChoice } from "./ward";

/** A bug in a page is said, with its words for whoever mends it, and does not blank the screen. */
class Shelter extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null };
  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }
  override componentDidCatch(error: Error, info: ErrorInfo): void {
    reportError(new Error(`${error.message}\n${info.componentStack ?? ""}`));
  }
  override render(): ReactNode {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}

function Broken({ error }: { error: Error }): ReactNode {
  const { t } = useTranslation();
  return (
    <Stack p="xl" maw={560} mx="auto" role="alert">
      <Title order={2}>{t("shapeLost.title")}</Title>
      <Text>{t("shapeLost.text")}</Text>
      <Text size="xs" className="ws-quiet" ff="monospace">
        {error.message}
      </Text>
      <Button onClick={() => location.reload()}>{t("shapeLost.reload")}</Button>
    </Stack>
  );
}

function Pages(): ReactNode {
  const may = useMay();
  const places = PLACES.filter((place) => may(place.roles));
  return (
    <Shell>
      <Suspense fallback={<Loading />}>
        <Switch>
          {places.map(({ path, page: Page }) => (
            <Route key={path} path={path} nest>
              <Shelter>
                <Page />
              </Shelter>
            </Route>
          ))}
          <Route>
            <Redirect to={places[0]?.path ?? "/"} replace />
          </Route>
        </Switch>
      </Suspense>
    </Shell>
  );
}

export function App(): ReactNode {
  const waiting = (
    <Center h="100%">
      <Loader />
    </Center>
  );
  return (
    <Router hook={useAddress}>
      <Switch>
        <Route path="/link/:token">{({ token }) => <LinkPage token={token} />}</Route>
        <Route>
          <SessionGate
            waiting={waiting}
            failed={(again) => <Failed error={new Problem("offline", 0)} again={again} />}
            signIn={(expired, done) => <SignIn expired={expired} done={done} />}
          >
            <WardChoice>
              <Pages />
            </WardChoice>
          </SessionGate>
        </Route>
      </Switch>
    </Router>
  );
}
