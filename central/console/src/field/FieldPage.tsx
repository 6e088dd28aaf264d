/** The crew's page, for a phone and one thumb: my tasks, one task, and what is not sent yet. */
import type { ReactNode } from "react";
import { Route, Switch } from "wouter";

import { Carrier } from "./carrier";
import classes from "./Field.module.css";
import { OneTask } from "./OneTask";
import { PlaceWatch } from "./place";
import { Status } from "./Status";
import { TaskList } from "./TaskList";
import { Unsent } from "./Unsent";

export default function FieldPage(): ReactNode {
  return (
    <Carrier>
      <PlaceWatch>
        <div className={classes.page}>
          <Status />
          <Switch>
            <Route path="/unsent">
              <Unsent />
            </Route>
            <Route path="/:id">{({ id }) => <OneTask key={id} id={id} />}</Route>
            <Route>
              <TaskList />
            </Route>
          </Switch>
        </div>
      </PlaceWatch>
    </Carrier>
  );
}
