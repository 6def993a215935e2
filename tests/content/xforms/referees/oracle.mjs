// The web-forms referee: the same lines in and out as JrOracle.java (see its head comment).
// Run where @getodk/xforms-engine and jsdom are installed: `node oracle.mjs FOLDER`.
globalThis.__dirname = '/';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';

const home = createRequire(path.join(path.resolve(process.argv[2] ?? '.'), 'package.json'));
const { JSDOM } = home('jsdom');
const { window } = new JSDOM('');
for (const name of ['DOMParser', 'document', 'Node', 'Element', 'XPathResult']) {
  globalThis[name] = window[name];
}
const enginePath = path.join(
  path.resolve(process.argv[2] ?? '.'), 'node_modules/@getodk/xforms-engine/dist/index.js');
const engine = await import(pathToFileURL(enginePath).href);
const TIMED = process.env.TIMED === '1';
const TYPES = { csv: 'text/csv', geojson: 'application/geo+json', xml: 'text/xml' };

let media = '';
const fetchFormAttachment = async (url) => {
  const file = path.join(media || '/nonexistent', path.basename(url.pathname ?? String(url)));
  if (!existsSync(file)) return new Response('', { status: 404 });
  const type = TYPES[file.split('.').pop()] ?? 'text/xml';
  return new Response(readFileSync(file), { status: 200, headers: { 'content-type': type } });
};

const load = (file) =>
  engine.createInstance(readFileSync(file, 'utf8'), {
    form: { fetchFormAttachment, missingResourceBehavior: 'BLANK' },
    instance: { preloadProperties: { deviceID: 'kiosk:1', username: 'u' } },
  });

const walk = function* (node) {
  yield node;
  for (const child of node.currentState.children ?? []) yield* walk(child);
};
const isRange = (node) => node.nodeType.startsWith('repeat-range');
const bare = (reference) => reference.replaceAll('[1]', '');

const find = (root, reference, range) => {
  for (const node of walk(root)) {
    if (isRange(node) === range && bare(node.currentState.reference) === bare(reference)) {
      return node;
    }
  }
  throw new Error(`no node ${reference}`);
};

const set = (node, value) => {
  switch (node.nodeType) {
    case 'select': {
      if (node.selectType === 'select1') return node.selectValue(value === '' ? null : value);
      return node.selectValues(value === '' ? [] : value.split(' '));
    }
    case 'rank': return node.setValues(value === '' ? [] : value.split(' '));
    case 'trigger': return node.setValue(value === 'OK');
    default: return node.setValue(value);
  }
};

const plain = (value) =>
  value == null ? '' : Array.isArray(value) ? value.join(' ') : String(value);

const describe = (node) => {
  const state = node.currentState;
  const row = {
    path: state.reference,
    relevant: state.relevant,
    required: state.required,
    readonly: state.readonly,
    violation: node.validationState?.violation?.condition ?? null,
    leaf: state.children == null,
    type: node.nodeType,
    label: state.label?.asString ?? '',
  };
  row.value = 'instanceValue' in state ? state.instanceValue
    : state.children == null ? plain(state.value) : '';
  if (state.valueOptions) {
    row.choices = state.valueOptions.map((choice) => (
      { value: choice.value, label: choice.label?.asString ?? '' }));
  }
  return row;
};

const dump = (root) => [...walk(root)].filter((node) => !isRange(node)).map(describe);

const operate = async (root, [name, reference, value], answers) => {
  switch (name) {
    case 'set': return set(find(root, reference, false), value.replaceAll('\\n', '\n'));
    case 'add': return find(root, reference, true).addInstances();
    case 'remove': {
      const [, base, row] = /^(.*)\[(\d+)\]$/.exec(reference);
      return find(root, base, true).removeInstances(Number(row) - 1);
    }
    case 'language':
      return root.setLanguage(root.languages.find((known) => known.language === reference));
    case 'choices':
      answers.push({ count: find(root, reference, false).currentState.valueOptions.length });
      return null;
    case 'dump':
      answers.push({ nodes: dump(root) });
      return null;
    case 'finalize': {
      const payload = await root.prepareInstancePayload({ payloadType: 'monolithic' });
      const file = payload.data[0].get('xml_submission_file');
      answers.push({ nodes: dump(root), status: payload.status, submission: await file.text() });
      return null;
    }
    default: throw new Error(`no operation ${name}`);
  }
};

let root = null;
let answers = [];
for await (const line of readline.createInterface({ input: process.stdin })) {
  const fields = line.split('\t');
  if (fields[0] === 'form') {
    answers = [];
    media = fields[2] ?? '';
    try {
      root = null;
      const start = performance.now();
      ({ root } = await load(fields[1]));
      if (TIMED) answers.push({ loadMs: performance.now() - start });
    } catch (problem) {
      const cause = problem.cause ? `: ${problem.cause.message ?? problem.cause}` : '';
      answers.push({ error: String(problem.message ?? problem) + cause, stage: 'parse' });
    }
  } else if (fields[0] === 'end') {
    process.stdout.write(`${JSON.stringify(answers)}\n`);
    root = null;
  } else if (fields[0] === 'time') {
    answers.push({ rssMb: Math.round(process.memoryUsage().rss / 1048576) });
  } else if (root !== null) {
    const start = performance.now();
    try {
      await operate(root, fields, answers);
    } catch (problem) {
      answers.push({ error: String(problem.message ?? problem) });
    }
    if (TIMED) answers.push({ ms: performance.now() - start });
  }
}
