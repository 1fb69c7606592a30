/* Histograms of several coordinates: histogram2d, histogramdd. */
#ifndef CKI_ARRAY_HISTOGRAM_ND_H
#define CKI_ARRAY_HISTOGRAM_ND_H

#include "expr/operation.h"

extern const cki_operation *const cki_histogram_nd_operations[];

#endif
