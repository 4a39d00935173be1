// Feeds the reader of an environment program's answers anything at all: each may be refused with
// lithe::Error that says why, and what is accepted is numbers within bounds.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "environments/engine.h"
#include "environments/protocol.h"
#include "lithe/error.h"
#include "require.h"

namespace {

using namespace lithe::environments;

template <typename Check>
void may_refuse(const Check& check) {
  try {
    check();
  } catch (const lithe::Error& error) {
    require(!error.problem().empty());
  }
}

// Spaces that are accepted are written as spaces that are the same.
void check_spaces_of(const nlohmann::json& answer) {
  const lithe::Spaces spaces = read_spaces(answer);
  check_spaces(spaces, {});
  const std::size_t state_size = read_state_size(answer);
  const auto written = write_spaces(spaces, state_size);
  const lithe::Spaces again = read_spaces(written);
  require(again.observation == spaces.observation && again.low == spaces.low &&
          again.high == spaces.high && again.choices == spaces.choices &&
          again.action_low == spaces.action_low && read_state_size(written) == state_size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string line(data, data + size);
  may_refuse([&] {
    const auto answer = read_answer(line);
    may_refuse([&] { check_spaces_of(answer); });
    may_refuse([&] { require(std::isfinite(read_outcome(answer).reward)); });
    may_refuse([&] {
      float seen[3] = {};
      read_numbers(answer, "observation", std::span(seen));
      for (const float value : seen) require(std::isfinite(value));
    });
    may_refuse([&] {
      double state[2] = {};
      read_numbers(answer, "state", std::span(state));
      for (const double value : state) require(std::isfinite(value));
    });
  });
  return 0;
}
