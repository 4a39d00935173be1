// What recurrent layers remember of sequences, outside of the plans that work on parts of them
// (graph::Graph::states).
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace lithe::train {

// Values of all states of an example.
std::size_t state_size(const graph::Graph& graph);

// Throws Error(data) unless `given` is the number of values of the states of that many examples.
void check_states(std::size_t given, std::size_t examples, std::size_t size, const char* where);

// A plan's states of a number of examples.
template <typename T>
class RecurrentStates {
 public:
  RecurrentStates(const graph::Graph& graph, std::size_t examples) : examples_(examples) {
    for (const graph::State& state : graph.states)
      parts_.push_back({graph.slots[state.before].name, graph.slots[state.before].columns,
                        std::vector<T>(examples * graph.slots[state.before].columns)});
    size_ = state_size(graph);
  }

  std::size_t size() const { return size_; }  // of an example

  // The plan's next runs begin with them.
  void bind(plan::Plan<T>& plan) const {
    for (const Part& part : parts_)
      plan.bind(
          plan::InputData{part.name, Features::of(part.values, examples_, part.columns), nullptr});
  }
  // Those behind the last run, which had that many examples.
  void take(const plan::Plan<T>& plan, std::size_t examples) {
    for (Part& part : parts_) {
      const kernels::Matrix<const T> from = plan.output(part.name);
      for (std::size_t i = 0; i < examples; ++i)
        std::copy_n(from.row(i), part.columns, part.values.data() + i * part.columns);
    }
  }
  // [examples][size], the states one behind the other.
  void copy(std::span<float> to) const {
    std::size_t first = 0;
    for (const Part& part : parts_) {
      for (std::size_t i = 0; i < examples_; ++i)
        std::transform(part.row(i), part.row(i) + part.columns, to.data() + i * size_ + first,
                       [](T value) { return static_cast<float>(value); });
      first += part.columns;
    }
  }
  void set(std::span<const float> from) {
    std::size_t first = 0;
    for (Part& part : parts_) {
      for (std::size_t i = 0; i < examples_; ++i)
        std::copy_n(from.data() + i * size_ + first, part.columns,
                    part.values.data() + i * part.columns);
      first += part.columns;
    }
  }

 private:
  struct Part {
    std::string name;
    std::size_t columns;
    std::vector<T> values;  // [examples][columns]

    const T* row(std::size_t example) const { return values.data() + example * columns; }
  };

  std::size_t examples_, size_ = 0;
  std::vector<Part> parts_;
};

}  // namespace lithe::train
