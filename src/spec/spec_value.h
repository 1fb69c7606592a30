/* Graphs as values of the language: a dict of keys and terms, {'x': 1, 'y': (inc, 'x')}. */
#ifndef CKI_SPEC_SPEC_VALUE_H
#define CKI_SPEC_SPEC_VALUE_H

#include "expr/context.h"
#include "spec/spec.h"

/* Define all keys of a dict: strings, and tuples of a string and integers (TypeError else). Tuples
 * whose first item can be called are tasks, strings and tuples that are keys refer to them, lists
 * are looked through; the rest are literals. */
cask_status cki_spec_value_read(cki_spec *spec, const cask_value *dict, cki_error *error);
/* The dict; a new reference. */
cask_value *cki_spec_value_dict(cask *ck, const cki_spec *spec, cki_error *error);
/* One key's term, and a key, as there. */
cask_value *cki_spec_value_term(cask *ck, const cki_spec *spec, uint32_t key, cki_error *error);
cask_value *cki_spec_value_key(const char *text, size_t length, cki_error *error);
/* A list of keys' texts, in lists to the depth of the language, as keys; and the other way round.
 * A tuple that is no key counts as a list. */
cask_value *cki_spec_value_keys(const cask_value *texts, cki_error *error);
cask_value *cki_spec_value_texts(const cask_value *keys, cki_error *error);
/* A key's text: what the graph's tables have for 'x' or ('x', 0). TypeError for anything else. */
cask_status cki_spec_value_text(const cask_value *key, cki_text *text, cki_error *error);

#endif
