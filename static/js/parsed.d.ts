/** What a text was read as. Types only: nothing of this reaches a browser. */

export type TextNode = string | [tag: string, attributes: Record<string, string>, ...children: TextNode[]];
