/* Configuring a context: its configuration, and what of it the context runs with. */
#ifndef CKI_CONFIGURE_H
#define CKI_CONFIGURE_H

#include "expr/context.h"

/* Collect the configuration, put the options on top, and set the context's fields from it. A
 * failure is the context's error. */
cask_status cki_configure_open(cask *ck, const cask_options *options);
void cki_configure_close(cask *ck);

#endif
