#include "agents/export_policy.h"

#include <algorithm>
#include <cassert>
#include <variant>

#include "kernels/layout.h"
#include "train/model_data.h"

namespace lithe::agents {

namespace {

using Values = plan::Parameters<float>;

// Exports one row of the last layer's weights, or its biases: value n is at[place(n)].
template <class FromPlace, class ToPlace>
void export_row(const float* from, const FromPlace& from_place, float* to, const ToPlace& to_place,
                std::size_t outputs, bool dueling) {
  double mean = 0;
  for (std::size_t n = 0; n < outputs && dueling; ++n)
    mean += static_cast<double>(from[from_place(1 + n)]) / static_cast<double>(outputs);
  for (std::size_t n = 0; n < outputs; ++n) {
    const double own = static_cast<double>(from[from_place(n + dueling)]);
    const double value = dueling ? static_cast<double>(from[from_place(0)]) : 0;
    to[to_place(n)] = static_cast<float>(dueling ? value + own - mean : own);
  }
}

void export_layers(const Model& from, Model& to, bool dueling) {
  const graph::Graph &source = data_of(from).graph, &target = data_of(to).graph;
  const auto& theirs = std::get<Values>(data_of(from).values);
  auto& ours = std::get<Values>(data_of(to).values);
  assert(source.parameters.size() == target.parameters.size());
  const std::size_t last = source.parameters.size() - 2;  // its weight, with the bias behind it
  for (std::size_t id = 0; id < last; ++id)
    std::copy_n(theirs.at(id), theirs.entries()[id].size, ours.at(id));
  const auto& wide = source.parameters[last];
  const auto& narrow = target.parameters[last];
  const kernels::Panels<float> from_form{wide.rows, wide.columns};
  const kernels::Panels<float> to_form{narrow.rows, narrow.columns};
  for (std::size_t row = 0; row < wide.rows; ++row)
    export_row(
        theirs.at(last), [&](std::size_t n) { return from_form.at(row, n); }, ours.at(last),
        [&](std::size_t n) { return to_form.at(row, n); }, narrow.columns, dueling);
  const auto same = [](std::size_t n) { return n; };
  export_row(theirs.at(last + 1), same, ours.at(last + 1), same, narrow.columns, dueling);
}

}  // namespace

void export_policy(const Model& from, Model& to) { export_layers(from, to, false); }
void export_dueling_policy(const Model& from, Model& to) { export_layers(from, to, true); }

}  // namespace lithe::agents
