/* Loading OpenBLAS: a table of the functions that are used of it.
 */
#include "kernel/openblas.h"
#include "sys/library.h"
#include "sys/thread.h"

#include <stddef.h>

static cki_openblas table;
static cki_error failure;

/* In the order of cki_lapack_routines: what all types have is between what only real ones have and
 * what only complex ones have. */
#define COMMON(t)  #t "geqrt_", #t "larfb_", #t "getrf_", #t "potrf_"
#define REAL(t)    #t "gesdd_", #t "syevd_", #t "geev_", COMMON(t)
#define COMPLEX(t) COMMON(t), #t "gesdd_", #t "heevd_", #t "geev_"
enum { PRODUCTS = 9, ROUTINES = 7 };

static const char *const products[PRODUCTS] = {"openblas_set_num_threads",
                                               "cblas_sgemm",
                                               "cblas_dgemm",
                                               "cblas_cgemm",
                                               "cblas_zgemm",
                                               "cblas_strsm",
                                               "cblas_dtrsm",
                                               "cblas_ctrsm",
                                               "cblas_ztrsm"};
static const char *const routines[4][ROUTINES] = {{REAL(s)}, {REAL(d)}, {COMPLEX(c)}, {COMPLEX(z)}};

static bool find(const char *const *names, size_t count, void *into)
{
    return cki_library_load(CASK_OPENBLAS_SONAME, "libopenblas0-pthread", names, count, into,
                            &failure) == CASK_OK;
}

static void load(void)
{
    if (find(products, PRODUCTS, &table) && find(routines[0], ROUTINES, &table.s.gesdd) &&
        find(routines[1], ROUTINES, &table.d.gesdd) &&
        find(routines[2], ROUTINES, &table.c.geqrt) && find(routines[3], ROUTINES, &table.z.geqrt))
        table.set_num_threads(1);
}

const cki_openblas *cki_openblas_load(cki_error *error)
{
    static cki_once once = CKI_ONCE_INIT;

    cki_thread_once(&once, load);
    if (failure.status == CASK_OK)
        return &table;
    cki_fail(error, failure.status, failure.python, "%s", failure.message);
    return NULL;
}
