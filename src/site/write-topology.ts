/** Writes a topology with a comment at each statement, alone or into one that is there: what that one says stays as it is. */
import { type Document, isAlias, isMap, isSeq, parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';

/** A value with the sentences that explain it. Whoever makes them has made them printable. */
export interface Stated {
  text: string;
  because: readonly string[];
}

export interface StatedHost {
  name: string;
  addresses: readonly string[];
  roles: readonly Stated[];
  os: string | null;
  because: readonly string[];
}

export interface StatedNetwork {
  name: string;
  extent: { cidr: string } | { range: string };
  roles: readonly Stated[];
  because: readonly string[];
}

/** What a host that is there lacks. Null: nothing. */
export interface Completion {
  /** Place in `hosts`. */
  host: number;
  addresses: readonly string[] | null;
  roles: readonly Stated[] | null;
  because: readonly string[];
}

export interface TopologyText {
  /** The topology to write into; null: a new one. It has been read by `parseSite` without a problem. */
  base: string | null;
  header: readonly string[];
  hosts: readonly StatedHost[];
  networks: readonly StatedNetwork[];
  completions: readonly Completion[];
  footer: readonly string[];
}

/** Columns that comments are filled to, without what they are indented by. */
const WIDTH = 100;

/** The whole topology as YAML. */
export function topologyText({ base, header, hosts, networks, completions, footer }: TopologyText): string {
  const document = parseDocument(base ?? 'version: 1\n');
  const place = listOf(document, 'hosts');
  for (const completion of completions) complete(document, place.items[completion.host], completion);
  if (place.items.length + hosts.length === 0) document.delete('hosts');
  for (const host of hosts) add(place, hostNode(document, host));
  if (networks.length > 0) {
    const list = listOf(document, 'networks');
    for (const network of networks) add(list, networkNode(document, network));
  }
  const [head, foot] = [comment(header, ''), comment(footer)];
  if (base === null) document.commentBefore = head;
  const end = [document.comment, base === null ? null : head, foot].filter(Boolean);
  if (end.length > 0) document.comment = end.join('\n\n');
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** A list of the file in block form, made where there is none. */
function listOf(document: Document, key: string): YAMLSeq {
  let list: unknown = document.get(key, true);
  if (isAlias(list)) {
    list = list.resolve(document)?.clone();
    if (isSeq(list)) delete list.anchor;
    document.set(key, list);
  }
  if (!isSeq(list)) {
    list = document.createNode([]);
    document.set(key, list);
  }
  (list as YAMLSeq).flow = false;
  return list as YAMLSeq;
}

function hostNode(document: Document, { name, addresses, roles, os, because }: StatedHost): YAMLMap {
  const node = document.createNode({ name }) as unknown as YAMLMap;
  if (addresses.length > 0) node.set('addresses', flowList(document, addresses));
  if (roles.length > 0) node.set('roles', roleList(document, roles));
  if (os !== null) node.set('os', os);
  return explained(node, because);
}

function networkNode(document: Document, { name, extent, roles, because }: StatedNetwork): YAMLMap {
  const node = document.createNode({ name, ...extent }) as unknown as YAMLMap;
  if (roles.length > 0) node.set('roles', roleList(document, roles));
  return explained(node, because);
}

function complete(document: Document, node: unknown, { addresses, roles, because }: Completion): void {
  if (!isMap(node)) return;
  // In a list of one line there is no room for a comment.
  node.flow = false;
  if (addresses !== null) node.set('addresses', flowList(document, addresses));
  if (roles !== null) node.set('roles', roleList(document, roles));
  if (because.length > 0) node.commentBefore = [node.commentBefore, comment(because)].filter(Boolean).join('\n');
}

/** Entries stand apart by an empty line. */
function add(list: YAMLSeq, node: YAMLMap): void {
  node.spaceBefore = list.items.length > 0;
  list.items.push(node);
}

function explained(node: YAMLMap, because: readonly string[]): YAMLMap {
  if (because.length > 0) node.commentBefore = comment(because);
  return node;
}

function flowList(document: Document, items: readonly string[]): YAMLSeq {
  const list = document.createNode(items) as unknown as YAMLSeq;
  list.flow = true;
  return list;
}

/** A list with a comment before each role; in one line where there are none. */
function roleList(document: Document, roles: readonly Stated[]): YAMLSeq {
  const list = document.createNode(roles.map(({ text }) => text)) as unknown as YAMLSeq<Scalar>;
  list.flow = roles.every(({ because }) => because.length === 0);
  for (const [i, { because }] of roles.entries())
    if (because.length > 0) list.items[i]!.commentBefore = comment(because);
  return list;
}

/** Sentences as lines of a comment; an empty one is an empty line, and a blank at the beginning indents all lines of a sentence. */
function comment(sentences: readonly string[], hanging = '  '): string {
  return sentences.flatMap((sentence) => filled(sentence, hanging)).join('\n');
}

function filled(sentence: string, hanging: string): string[] {
  const indent = ` ${/^ */.exec(sentence)![0]}`;
  const lines: string[] = [];
  let line = indent;
  for (const word of sentence.trim().split(/ +/)) {
    if (line.length + word.length >= WIDTH && line.trim() !== '') {
      lines.push(line);
      line = `${indent}${hanging}`;
    }
    line += line.endsWith(' ') ? word : ` ${word}`;
  }
  return [...lines, line.trim() === '' ? ' ' : line];
}
