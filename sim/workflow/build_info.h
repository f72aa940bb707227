// What this program was built from: printed in the first line of a run and kept in capsules. The source version enters the
// identity of a run; the compiler never changes a result.
#pragma once

#include <string_view>

namespace sim {

// The commit, with "-dirty" when the tree had changes.
[[nodiscard]] std::string_view SourceVersion();
[[nodiscard]] std::string_view Compiler();

}  // namespace sim
