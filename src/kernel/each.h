/* What the templates of loops share: names of instances, and the leave to vectorise a loop whose
 * output may be its input's own memory. */
#ifndef CKI_KERNEL_EACH_H
#define CKI_KERNEL_EACH_H

#include "kernel/loop.h"

#define CKI_GLUE_AGAIN(a, b) a##_##b
#define CKI_GLUE(a, b)       CKI_GLUE_AGAIN(a, b)
#define NAME(op)             CKI_GLUE(op, D)

/* A product that is rounded before it is added: gcc 12 makes a fused multiply-add of a complex
 * product even where contraction is off. */
#if defined(__has_builtin)
#if __has_builtin(__builtin_assoc_barrier)
#define CKI_ROUNDED(x) __builtin_assoc_barrier(x)
#endif
#endif
#ifndef CKI_ROUNDED
#define CKI_ROUNDED(x) (x)
#endif

/* Every iteration reads and writes its own element only. */
#if defined(__clang__)
#define CKI_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define CKI_INDEPENDENT _Pragma("GCC ivdep")
#endif

#endif
