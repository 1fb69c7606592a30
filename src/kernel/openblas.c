/* Loading OpenBLAS: a table of the functions that are used of it.
 */
#include "kernel/openblas.h"
#include "core/text.h"
#include "sys/environment.h"
#include "sys/library.h"
#include "sys/machine.h"
#include "sys/pages.h"
#include "sys/thread.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

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

/* Bytes of address space: of the library itself, and of the buffer that it maps for each thread. */
#define LIBRARY ((size_t)64 << 20)
#define BUFFER  ((size_t)136 << 20)

/* Threads that it starts of its own when it is loaded. */
static size_t own_threads(void)
{
    const char *asked = cki_environment_get("OPENBLAS_NUM_THREADS");
    long count = asked ? strtol(asked, NULL, 10) : cki_machine_processors();

    return count > 1 ? (size_t)(count < 1024 ? count : 1024) - 1 : 0;
}

/* Where it gets no buffer it asks for one again and again, without end: so it is not called. Of the
 * threads that came before, none may have its buffer yet. */
static bool has_room(cki_error *error)
{
    static atomic_size_t threads;
    static _Thread_local bool has;
    size_t before = atomic_load(&threads);
    size_t bytes = BUFFER * (before + 1) + (before == 0 ? LIBRARY + BUFFER * own_threads() : 0);
    char size[32];

    if (has || cki_pages_spare(bytes)) {
        atomic_fetch_add(&threads, !has);
        has = true;
        return true;
    }
    cki_fail(error, CASK_MEMORY, "MemoryError",
             "OpenBLAS needs %s of address space, which the process may not have: raise its limit "
             "(ulimit -v), or use fewer threads",
             cki_text_size(bytes, size));
    return false;
}

const cki_openblas *cki_openblas_load(cki_error *error)
{
    static cki_once once = CKI_ONCE_INIT;

    if (!has_room(error))
        return NULL;
    cki_thread_once(&once, load);
    if (failure.status == CASK_OK)
        return &table;
    cki_fail(error, failure.status, failure.python, "%s", failure.message);
    return NULL;
}
