// The form in which a build tells a run to another build: docs/told_run.md.
#pragma once

namespace sim {

inline constexpr char kToldFormat[] = "orbweaver told run";
inline constexpr int kToldVersion = 1;

}  // namespace sim
