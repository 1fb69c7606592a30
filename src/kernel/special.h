/* Special functions of statistics: the tails of distributions, to about 1e-13 of their value. */
#ifndef CKI_KERNEL_SPECIAL_H
#define CKI_KERNEL_SPECIAL_H

/* The share of a beta distribution below x (its regularised incomplete beta function); y is 1 - x,
 * known better than by subtracting. */
double cki_special_beta(double a, double b, double x, double y);
/* The share of a gamma distribution of scale 1 above x. */
double cki_special_gamma_above(double shape, double x);

/* How probable a number at least as far from 0 is, to either side. NaN of NaN. */
double cki_special_normal_beyond(double z);
double cki_special_student_beyond(double t, double df);
/* How probable a number above x is. */
double cki_special_chisquare_above(double x, double df);
double cki_special_fisher_above(double x, double dfnum, double dfden);

#endif
