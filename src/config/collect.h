/* Collecting: what files and the environment say, from the weakest to the strongest. */
#ifndef CKI_CONFIG_COLLECT_H
#define CKI_CONFIG_COLLECT_H

#include "config/settings.h"

/* Where to look; NULL: not there. In a folder all *.yaml and *.yml count, sorted by name. */
typedef struct cki_collect_places {
    const char *system; /* a folder, "/etc/cask" */
    const char *user;   /* a folder, "~/.config/cask" */
    const char *chosen; /* a file or a folder, which must be there: $CASK_CONFIG, --config */
    const char *const *environment; /* "CASK_SPILL__DIRECTORY=/big", and others, which are passed
                                       over; NULL after the last */
} cki_collect_places;

/* Put what they say into `settings`. ValueError for malformed files, with line and column, and for
 * values that a key cannot have. */
cask_status cki_collect_places_of(const cki_collect_places *places, cki_settings *settings,
                                  cki_error *error);
/* One YAML text. `origin` NULL: "name:line". */
cask_status cki_collect_text(const char *text, size_t length, const char *name, const char *origin,
                             cki_rank rank, cki_merge merge, cki_settings *settings,
                             cki_error *error);
/* "KEY=VALUE", as a command line has it. */
cask_status cki_collect_word(const char *word, cki_rank rank, const char *origin,
                             cki_settings *settings, cki_error *error);

#endif
