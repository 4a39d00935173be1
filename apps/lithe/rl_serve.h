// An environment as a server: lines of JSON on the standard streams.
#pragma once

#include <cstdint>
#include <string>

namespace lithe::app {

// Answers the questions of docs/environments.md target_return its input ends. A question that
// cannot be answered gets {"error": "..."}.
void serve(const std::string& sentence, std::uint64_t seed);

}  // namespace lithe::app
