import type { ReactNode } from "react";
import { Route, Switch } from "wouter";

import { useLiveCases } from "./asking";
import { CasePage } from "./CasePage";
import { Cases } from "./Cases";

/** `/cases`: the board or the list; `/cases/<id>`: one case whole. */
export default function CasesPage(): ReactNode {
  useLiveCases();
  return (
    <Switch>
      <Route path="/:id">{({ id }) => <CasePage key={id} id={id} />}</Route>
      <Route>
        <Cases />
      </Route>
    </Switch>
  );
}
