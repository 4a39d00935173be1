#include "train/recurrent_states.h"

#include <fmt/format.h>

#include "lithe/error.h"

namespace lithe::train {

std::size_t state_size(const graph::Graph& graph) {
  std::size_t sum = 0;
  for (const graph::State& state : graph.states) sum += graph.slots[state.before].columns;
  return sum;
}

void check_states(std::size_t given, std::size_t examples, std::size_t size, const char* where) {
  if (given != examples * size)
    throw Error(ErrorKind::data,
                fmt::format("{} values for the states of {} sequences, which have {} each", given,
                            examples, size),
                where);
}

}  // namespace lithe::train
