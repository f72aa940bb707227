// The files that a report page is made of, as they were when the program was built: those of page/, and the library that draws
// (docs/decisions/0012-charts.md). They lie in the program, so that a page can be made anywhere.
#pragma once

#include <string_view>
#include <vector>

namespace sim {

[[nodiscard]] std::string_view PageFrame();    // HTML with places for the others.
[[nodiscard]] std::string_view PageStyle();    // CSS.
[[nodiscard]] std::string_view PageLibrary();  // D3.
[[nodiscard]] std::string_view PageLicence();  // Of the library.
// The page's own scripts, in the order in which they build on each other.
[[nodiscard]] std::vector<std::string_view> PageScripts();

}  // namespace sim
