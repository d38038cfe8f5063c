/** The handlers that a part of the API brings for the routes of the table. Types only. */
import type { ApiHandler } from './route.ts';
import type { ApiRoute, RuleOf } from './rules.ts';

/** For these routes, each with the types of its rule. `Pattern`: template of their names. */
export type HandlersOf<Pattern extends string> = {
  readonly [Route in Extract<ApiRoute, Pattern>]: ApiHandler<RuleOf<Route>>;
};

export type AllHandlers = { readonly [Route in ApiRoute]: ApiHandler<RuleOf<Route>> };
