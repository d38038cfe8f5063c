import { describe, expect, it } from 'vitest';
import { attributes, type Child, html, render, safeUrl, trusted } from '../../../src/http/views/html.ts';

const hostile = `"><img src=x onerror='alert(1)'>&`;

describe('the html tag', () => {
  it('escapes text', () => {
    expect(render(html`<p>${hostile}</p>`)).toBe('<p>&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;</p>');
  });

  it('escapes attribute values', () => {
    expect(render(html`<p title="${hostile}"></p>`)).not.toContain('<img');
    expect(render(html`<p title="${hostile}"></p>`)).not.toContain('""');
  });

  it('keeps nested templates and lists as they are, and leaves nothing for null, undefined and false', () => {
    expect(render(html`<ul>${['a', 'b'].map((x) => html`<li>${x}</li>`)}${null}${undefined}${false}${0}</ul>`)).toBe(
      '<ul><li>a</li><li>b</li>0</ul>',
    );
  });

  it('refuses markup inside an attribute value, where it could close the quotes', () => {
    expect(() => html`<p title="${trusted('"><script>')}"></p>`).toThrow(TypeError);
  });

  it('refuses values without quotes, values between attributes, inline handlers and inline styles', () => {
    expect(() => html`<p title=${'x'}></p>`).toThrow(TypeError);
    expect(() => html`<p ${'onclick=x'}></p>`).toThrow(TypeError);
    expect(() => html`<p ${trusted('onclick=x')}></p>`).toThrow(TypeError);
    expect(() => html`<p onclick="${'x'}"></p>`).toThrow(TypeError);
    expect(() => html`<p style="${'x'}"></p>`).toThrow(TypeError);
    expect(() => attributes({ onclick: 'x' })).toThrow(TypeError);
  });

  it('refuses objects, promises and true, also those that the compiler could not see', () => {
    for (const value of [
      {},
      new Date(0),
      Promise.resolve('x'),
      true,
      () => 'x',
      { isEscaped: true, toString: () => '<b>' },
    ])
      expect(() => html`<p>${value as unknown as Child}</p>`).toThrow(TypeError);
  });

  it('does not compile with an object, a promise or true', () => {
    // @ts-expect-error a promise would be rendered as [object Promise]
    expect(() => html`${Promise.resolve('x')}`).toThrow();
    // @ts-expect-error an object
    expect(() => html`${{ name: 'x' }}`).toThrow();
    // @ts-expect-error true is a mistake for a condition
    expect(() => html`${true}`).toThrow();
  });
});

describe('attributes', () => {
  it('writes names and escaped values, bare names for true and nothing for false and undefined', () => {
    const made = attributes({ id: hostile, disabled: true, hidden: false, title: undefined, tabindex: -1 });
    expect(render(html`<p${made}></p>`)).toBe(
      '<p id="&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;" disabled tabindex="-1"></p>',
    );
  });

  it('guards URLs in the same way as a template', () => {
    expect(render(html`<a${attributes({ href: 'javascript:alert(1)' })}></a>`)).toBe(
      '<a href="about:invalid#refused"></a>',
    );
  });
});

describe('URLs', () => {
  it.each(['https://a.example/?x=1', 'http://127.0.0.1:8080/', '/go/acme', '?page=2', '#content', 'details', ''])(
    'passes %s',
    (url) => {
      expect(safeUrl(url)).toBe(url);
      expect(render(html`<a href="${url}"></a>`)).toBe(`<a href="${url}"></a>`);
    },
  );

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,<script>',
    'vbscript:x',
    'blob:https://a.example/1',
    'https://[',
  ])('refuses %j in href, src, action and formaction', (url) => {
    const refused = 'about:invalid#refused';
    expect(render(html`<a href="${url}"></a>`)).toBe(`<a href="${refused}"></a>`);
    expect(render(html`<img src="${url}">`)).toBe(`<img src="${refused}">`);
    expect(render(html`<form action="${url}"></form>`)).toBe(`<form action="${refused}"></form>`);
    expect(render(html`<button formaction="${url}"></button>`)).toBe(`<button formaction="${refused}"></button>`);
  });
});
