/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "descriptors.h"
#include "globals.h"
#include "out.h"

int main(int argc, char **argv)
{
    s3a_descriptors_note();
    s3a_out_setup();
    s3a_signals_setup(&s3a_globals.inherited);
    return argc < 1 ? s3a_command_line(argv, 0) : s3a_command_line(argv + 1, (size_t)argc - 1);
}
