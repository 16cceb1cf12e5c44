/* version: which awardd these headers belong to. */
#ifndef AWARDD_VERSION_H
#define AWARDD_VERSION_H

#define AWARDD_VERSION_MAJOR 0
#define AWARDD_VERSION_MINOR 1
#define AWARDD_VERSION_PATCH 0
#define AWARDD_VERSION "0.1.0"

#endif
