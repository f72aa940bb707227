// What this program was built from: printed in the first line of a run and kept in capsules. It belongs to the identity of a
// run; the compiler does not, because it never changes a result.
#pragma once

#include <string_view>

namespace sim {

// The commit, with "-dirty" when the tree had changes.
[[nodiscard]] std::string_view SourceVersion();

}  // namespace sim
