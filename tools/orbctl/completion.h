// Completion scripts for shells, written from the command line's own description: what is completed is what is accepted.
//
// The word that an option or argument shows in the help says what may stand there: FILE completes names of files, words
// in braces complete to themselves, everything else is left to the user.
#pragma once

#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name.
class App;
}

namespace orbctl {

[[nodiscard]] std::string BashCompletion(const CLI::App& app);
[[nodiscard]] std::string ZshCompletion(const CLI::App& app);
[[nodiscard]] std::string FishCompletion(const CLI::App& app);

}  // namespace orbctl
