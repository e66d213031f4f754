// As journey.py, by the client that openapi-generator makes for TypeScript; `Xx` and `xx` stand for the resource.
import {
  AuthApi,
  Configuration,
  PatchedXxRequestFromJSON,
  ResponseError,
  XxRequestFromJSON,
  XxToJSON,
  XxsApi,
} from './generated';

const given = GIVEN;
const body = XxRequestFromJSON(BODY);
const change = CHANGE;

function is(found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`);
  }
}

async function refused(answer: Promise<unknown>): Promise<number> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof ResponseError) return error.response.status;
    throw error;
  }
  return 0;
}

async function main(): Promise<void> {
  const { username, password } = given;
  const logins = new AuthApi(new Configuration({ basePath: given.url }));
  const pair = await logins.logIn({ credentialsRequest: { username, password } });
  const { access } = await logins.refreshTokens({ refreshTokenRequest: { refresh: pair.refresh } });
  const api = new XxsApi(new Configuration({ basePath: given.url, accessToken: access }));

  const creation = { xxRequest: body, idempotencyKey: 'journey-typescript' };
  const first = await api.createXxRaw(creation);
  const again = await api.createXxRaw(creation);
  const before = await first.value();
  is((await again.value()).id, before.id);
  is(again.raw.headers.get('Idempotency-Replayed'), 'true');

  const ifMatch = first.raw.headers.get('ETag')!;
  const xxId = before.id;
  const changed = await api.changeXxRaw({ xxId, ifMatch, patchedXxRequest: PatchedXxRequestFromJSON(change) });
  const after = await changed.value();
  const { updatedAt: _, ...kept } = { ...before, ...XxRequestFromJSON({ ...XxToJSON(before), ...change }) };
  const { updatedAt: __, ...found } = after;
  is(found, kept);

  is(await refused(api.replaceXx({ xxId, ifMatch, xxRequest: body })), 412);
  const replaced = await api.replaceXx({ xxId, ifMatch: changed.raw.headers.get('ETag')!, xxRequest: body });
  is({ ...replaced, updatedAt: '' }, { ...before, updatedAt: '' });

  const rows = [xxId];
  for (const _ of [1, 2]) rows.push((await api.createXx({ xxRequest: body })).id);
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.listXxsRaw({ limit: 1, ordering: 'created_at', cursor });
    seen.push(...(await page.value()).map((each) => each.id));
    cursor = /[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(page.raw.headers.get('Link') ?? '')?.[1];
  } while (cursor);
  is(seen.filter((each) => rows.includes(each)), rows);

  for (const each of rows) is((await api.deleteXxRaw({ xxId: each })).raw.status, 204);
  is(await refused(api.getXx({ xxId })), 404);
}

void main();
