/* The page of a profile: the parts that are files beside this one, put into the library as they
 * are. Private to page.c. */
#ifndef CKI_DIAG_PAGE_H
#define CKI_DIAG_PAGE_H

extern const char cki_page_html[]; /* page.html */
extern const char cki_page_js[];   /* page.js */

#endif
