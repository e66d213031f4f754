// As journey.py, by the client of openapi-typescript and openapi-fetch, whose types tsc checks. `Xx`, `/xxs` and `xx_id`
// stand for the resource, GIVEN for what journey.py takes.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

const given = GIVEN;
const client = createClient<paths>({ baseUrl: given.url });

// Of every member that has a default none is named: they are optional.
const body: components['schemas']['XxRequest'] = BODY;
const change: components['schemas']['PatchedXxRequest'] = CHANGE;

function is(found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`);
  }
}

async function main(): Promise<void> {
  const { username, password } = given;
  const pair = await client.POST('/auth/token', { body: { username, password } });
  const next = await client.POST('/auth/token/refresh', { body: { refresh: pair.data!.refresh } });
  client.use({
    onRequest({ request }) {
      request.headers.set('Authorization', `Bearer ${next.data!.access}`);
      return request;
    },
  });

  const header = { 'Idempotency-Key': 'journey-fetch' };
  const first = await client.POST('/xxs', { params: { header }, body });
  const again = await client.POST('/xxs', { params: { header }, body });
  is([again.response.status, again.data!.id], [201, first.data!.id]);
  is(again.response.headers.get('Idempotency-Replayed'), 'true');

  const path = { xx_id: first.data!.id };
  const etag = first.response.headers.get('ETag')!;
  const changed = await client.PATCH('/xxs/{xx_id}', { params: { path, header: { 'If-Match': etag } }, body: change });
  const { updated_at: _, ...after } = changed.data!;
  const { updated_at: __, ...before } = first.data!;
  is(after, { ...before, ...change });

  const stale = await client.PUT('/xxs/{xx_id}', { params: { path, header: { 'If-Match': etag } }, body });
  is(stale.error!.status, 412);
  const current = changed.response.headers.get('ETag')!;
  const replaced = await client.PUT('/xxs/{xx_id}', { params: { path, header: { 'If-Match': current } }, body });
  is({ ...replaced.data!, updated_at: '' }, { ...first.data!, updated_at: '' });

  const rows = [first.data!.id];
  for (const _ of [1, 2]) rows.push((await client.POST('/xxs', { body })).data!.id);
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.GET('/xxs', { params: { query: { limit: 1, ordering: 'created_at', cursor } } });
    seen.push(...page.data!.map((each) => each.id));
    cursor = /[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(page.response.headers.get('Link') ?? '')?.[1];
  } while (cursor);
  is(seen.filter((each) => rows.includes(each)), rows);

  for (const xx_id of rows) {
    is((await client.DELETE('/xxs/{xx_id}', { params: { path: { xx_id } } })).response.status, 204);
  }
  is((await client.GET('/xxs/{xx_id}', { params: { path } })).error!.status, 404);
}

void main();
