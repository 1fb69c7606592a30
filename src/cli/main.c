/* The cask command's entry; all else is in command.c, which tests can link.
 */
#include "cli/command.h"

int main(int argc, char **argv)
{
    return cki_command_main(argc, argv);
}
