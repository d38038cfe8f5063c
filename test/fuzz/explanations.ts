/**
 * Why the others accept what we refuse, and the reverse; by our reason, or by node-saml's. A run that meets a reason
 * that nothing here explains fails, so a new disagreement is read by a person once.
 */
const explanations: readonly (readonly [RegExp, string])[] = [
  // We refuse: the text.
  [/^saml_malformed: UTF-8;/, 'Bytes that are no UTF-8. node-saml decodes them to U+FFFD where nobody signed.'],
  [/^saml_malformed: UTF-8 without/, 'A byte order mark or NUL (SAML-48). The others skip the mark.'],
  [/^saml_malformed: XML 1\.0;/, 'libxml2 reads XML 1.1, whose line ends and characters differ.'],
  [/^saml_malformed: UTF-8$/, 'A declared encoding that is not the one of the bytes.'],
  [/^saml_malformed: an XML declaration/, 'A declaration that the standard does not allow; xmldom reads none at all.'],
  [/^saml_malformed: nothing before the XML decl/, 'A second or late declaration; xmldom takes it for an instruction.'],
  [/^saml_malformed: nothing outside the root/, 'Text around the root element: xmldom reports and goes on.'],
  [/^saml_malformed: one root element/, 'Something after the root element: xmldom reports and goes on.'],
  [/^saml_malformed: only prefixes that are decl/, 'Not namespace-well-formed: xmldom and libxml2 report and go on.'],
  [/^saml_malformed: a namespace that may be/, 'Against Namespaces in XML §3: reserved names, or a prefix taken back.'],
  [
    /^saml_malformed: (each|characters|only the five|no |= |the |a |an )/,
    'Not well-formed: xmldom repairs and goes on.',
  ],
  [/^saml_structure_refused: no DOCTYPE/, 'A document type (SAML-18): the others read it, and merely expand nothing.'],
  [
    /^saml_structure_refused: no comment/,
    'A comment or CDATA section (SAML-13, 14): canonicalised away by the others.',
  ],
  [
    /^saml_structure_refused: no processing/,
    'An instruction (SAML-15): outside of what is signed, or rendered as text.',
  ],
  [
    /^saml_structure_refused: absolute namesp/,
    'A namespace name that is no absolute URI (SAML-16), unused or unsigned.',
  ],
  [/^saml_structure_refused: no xml:base/, 'xml:base and xml:id mean something else to every library (SAML-16).'],
  [/^saml_structure_refused: at most/, 'A limit (SAML-38).'],
  // We refuse: the structure.
  [
    /^saml_structure_refused: (samlp:)?Response( in [^;]*)?; root/,
    'Another root, or another namespace: node-saml looks at local names only (SAML-17), xmlsec1 at none.',
  ],
  [
    /^saml_structure_refused: \w+ in http|^saml_structure_refused: \w+ in urn/,
    'A name of SAML or XML Signature in another namespace (SAML-17).',
  ],
  [
    /^saml_structure_refused: not allowed there/,
    'An element where it must not stand, or too often (SAML-01 to 08): harmless to who picks by signature alone.',
  ],
  [
    /^saml_structure_refused: (one Assertion|unique IDs|one ID per|an ID)/,
    'IDs that are missing, twice, or no names (SAML-11). The others look only at those they refer to.',
  ],
  [
    /^saml_structure_refused: (a reference to the parent|#ID)/,
    'A reference to something else than the parent (SAML-10, 12): right for XML Signature, wrong for SAML.',
  ],
  [
    /^saml_structure_refused: (SignedInfo|SignatureValue|CanonicalizationMethod|Reference|Transforms|DigestMethod|no parameters|at most one ec|base64|KeyInfo|Transform|a name)/,
    'A signature with parts that are wrong, twice or in another order (SAML-13); xml-crypto takes the first it finds.',
  ],
  [/^saml_encryption_refused/, 'A leftover of encryption in a message that is not encrypted (SAML-42).'],
  // We refuse: signatures and algorithms.
  [/^saml_algorithm_refused/, 'An algorithm or a set of transforms outside the closed list (SAML-19, 20).'],
  [
    /^saml_signature_invalid/,
    'One of two signatures does not verify. Asked for either, node-saml is content with the other; we want every one that is there to be right.',
  ],
  [/^saml_signature_missing/, 'A signature stands where the others look and we do not.'],
  // We refuse: the profile, which the others are not asked about.
  [
    /^saml_(status|version|issuer|destination|recipient|in_response_to|unsolicited|audience|condition|conditions|subject|confirmation|statement|context|expired|not_yet|too_old|malformed: IssueInstant)/,
    'The profile (SECURITY §4.3): a signature check does not look at it, and node-saml only in part.',
  ],
  [/^saml_attribute_refused/, 'Child elements in an attribute value, or too much of it: node-saml reads on.'],
  // node-saml refuses, we and xmlsec1 accept.
  [/\(SHA-384\)/, 'xml-crypto knows no SHA-384.'],
  [/\(space in an end tag\)/, 'xmldom 0.8 misreads `</name\\n>`, and the digest of what it read is another.'],
  [
    /\(InclusiveNamespaces\)/,
    'xml-crypto takes the namespaces around the *first* SignedInfo of the document for every signature in it.',
  ],
  [
    /^Cannot read properties of undefined/,
    'node-saml trips over an Attribute without a Name, after the signature; we skip it.',
  ],
];

export function explanationOf(name: string): string | undefined {
  return explanations.find(([pattern]) => pattern.test(name))?.[1];
}
