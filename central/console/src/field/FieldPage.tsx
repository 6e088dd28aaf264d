/** The crew's page, for a phone and one thumb: my tasks, one task, and what is not sent yet. */
import { type ReactNode, useEffect } from "react";
import { Route, Switch, useLocation } from "wouter";

import { Carrier } from "./carrier";
import classes from "./Field.module.css";
import { keepOpenable } from "./offline";
import { OneTask } from "./OneTask";
import { PlaceWatch } from "./place";
import { Status } from "./Status";
import { TaskList } from "./TaskList";
import { Unsent } from "./Unsent";

export default function FieldPage(): ReactNode {
  const [path] = useLocation();
  useEffect(() => {
    // Without it the page works all the same, as long as it is open.
    keepOpenable().catch(() => undefined);
  }, []);
  useEffect(() => {
    void document.getElementById("main")?.scrollTo(0, 0);
  }, [path]);
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
