// What this program was built from.
#pragma once

#include <string_view>

namespace node {

// The commit, with "-dirty" when the tree had changes; "unversioned" without one.
[[nodiscard]] std::string_view SourceVersion();

}  // namespace node
