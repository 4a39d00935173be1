// An environment for other programs: lines of JSON on the standard streams.
#pragma once

#include <cstdint>
#include <string>

namespace lithe::app {

// Answers the questions of docs/environments.md until its input ends. A question that cannot be
// answered gets {"error": "..."}.
void serve(const std::string& sentence, std::uint64_t seed);

}  // namespace lithe::app
