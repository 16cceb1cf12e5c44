/*
 * ctl: awardctl, the daemon's client for people and for programs. A table of
 * verbs (verbs.c) drives dispatch and help alike.
 */
#ifndef AW_CTL_H
#define AW_CTL_H

/* The whole program; returns its exit status. */
int ctl_main(int argc, char **argv);

#endif
