// What embeddings share: tables of learned numbers with a row for each category, of which a step
// updates the rows that its batch met, and no others.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ops/categories.h"
#include "ops/op.h"

namespace lithe::ops {

// Calls work(n, columns, at) for the pieces of row `row`: columns from n on, which stand at `at`.
template <typename T, class Work>
void each_piece(const kernels::Panels<T>& table, std::size_t row, const Work& work) {
  for (std::size_t n = 0; n < table.padded_columns(); n += kernels::kPanel<T>)
    work(n, table.width(n), table.at(row, n));
}

template <typename T>
void gather_row(const kernels::Panels<T>& table, const T* values, std::size_t row, T* to) {
  each_piece(table, row, [&](std::size_t n, std::size_t columns, std::size_t at) {
    std::copy_n(values + at, std::min(columns, table.columns - n), to + n);
  });
}

template <typename T>
kernels::Panels<T> table_of(const Lowering<T>& lowering, ParameterId weight) {
  const auto& spec = lowering.graph().parameters[weight];
  return {spec.rows, spec.columns};
}

// What the operations that gather rows of tables are like.
inline Traits traits_of_gathering() {
  return {.elementwise = false,
          .backward_reads_input = true,
          .backward_reads_output = false,
          .by_image = false,
          .reads_packed = false,
          .identity_at_inference = false,
          .probabilities = {}};
}

// The stage that gathers the output of `op` from its parameters. `make(buffers)` makes its
// function.
template <typename T, class Op, class Make>
void add_gather(Lowering<T>& lowering, const Operation& operation, const Op& op, Make make) {
  const BufferId from = lowering.value(op.input), to = lowering.value(op.output);
  std::vector<Access> access = {{from, false}, {to, true}};
  for (const ParameterId weight : op.parameters())
    access.push_back({lowering.parameter(weight), false});
  if (op.lengths) access.push_back({lowering.value(*op.lengths), false});
  lowering.add({.name = operation.label + ": gather",
                .phase = Phase::forward,
                .columns = lowering.columns(op.output),
                .from = from,
                .to = to,
                .access = std::move(access),
                .split = Split::rows,
                .values = lowering.graph().slots[op.output].size()},
               std::move(make));
}

// What a batch met: its categories in the order in which they came, and the place of each among
// them.
template <typename T>
class MetRows {
 public:
  MetRows(std::uint32_t* places, std::uint32_t* categories, T* sums, std::size_t stride)
      : places_(places), categories_(categories), sums_(sums), stride_(stride) {}

  // The sum of the gradients of a category, zero where it is new.
  T* sum_of(std::size_t category) {
    std::uint32_t& place = places_[category];
    if (place == 0) {
      categories_[count] = static_cast<std::uint32_t>(category);
      std::fill_n(sums_ + count * stride_, stride_, T{0});
      place = static_cast<std::uint32_t>(++count);
    }
    return sums_ + (place - 1) * stride_;
  }
  std::size_t category(std::size_t i) const { return categories_[i]; }
  const T* sum(std::size_t i) const { return sums_ + i * stride_; }
  void forget() {
    for (std::size_t i = 0; i < count; ++i) places_[categories_[i]] = 0;
    count = 0;
  }

  std::size_t count = 0;

 private:
  std::uint32_t* places_;      // of each category, from 1; 0: not met
  std::uint32_t* categories_;  // of each place
  T* sums_;
  std::size_t stride_;
};

// Adds up the gradients of the rows that were met, and has each updated, or added to the gradients
// that are kept. `walk(batch, add)` calls add(category, gradient of its numbers) for each category
// of a batch, in an order that depends on nothing but the batch.
template <typename T, class Walk>
class MetRowsStage final : public plan::Stage<T> {
 public:
  MetRowsStage(Walk walk, kernels::Panels<T> table, std::size_t columns, const MetRows<T>& met,
               const plan::TrainableParameter<T>& weight, T* kept)
      : walk_(std::move(walk)),
        table_(table),
        columns_(columns),
        met_(met),
        weight_(weight),
        kept_(kept) {}

  void run(const plan::Batch<T>& batch, plan::Share) override {
    walk_(batch, [&](std::size_t category, const T* from) {
      T* const to = met_.sum_of(category);
      for (std::size_t n = 0; n < columns_; ++n) to[n] += from[n];
    });
    if (kept_ != nullptr) std::fill_n(kept_, table_.size(), T{0});
    for (std::size_t m = 0; m < met_.count; ++m) use(batch, m);
    met_.forget();
  }

 private:
  void use(const plan::Batch<T>& batch, std::size_t m) {
    each_piece(table_, met_.category(m), [&](std::size_t n, std::size_t columns, std::size_t at) {
      if (kept_ != nullptr)
        std::copy_n(met_.sum(m) + n, columns, kept_ + at);
      else
        weight_.step(*batch.update, met_.sum(m) + n, at, 1, columns, columns);
    });
  }

  Walk walk_;
  kernels::Panels<T> table_;
  std::size_t columns_;
  MetRows<T> met_;
  plan::TrainableParameter<T> weight_;
  T* kept_;  // null: each row is updated at once
};

// The stage above. `what` names it; `most`: categories that a batch can meet; `access`: what the
// walk reads; `make_walk(buffers)` makes it.
template <typename T, class MakeWalk>
void train_met_rows(Lowering<T>& lowering, const Operation& operation, ParameterId weight,
                    const std::string& what, std::size_t most, std::vector<Access> access,
                    MakeWalk make_walk) {
  const kernels::Panels<T> table = table_of(lowering, weight);
  most = std::min(most, table.rows);
  const BufferId places =
      lowering.book("places of categories of " + what, table.rows * sizeof(std::uint32_t));
  lowering.persist(places);  // zero between steps
  const BufferId met = lowering.book("categories met", most * sizeof(std::uint32_t));
  const BufferId sums =
      lowering.book("sums of gradients of " + what, most * table.padded_columns() * sizeof(T));
  const bool at_once = lowering.updates_at_once(weight);
  const plan::GradientPlace place =
      at_once ? plan::GradientPlace{kNoBuffer, 0} : lowering.place_gradient(weight);
  for (const BufferId buffer : {places, met, sums}) access.push_back({buffer, true});
  access.push_back({lowering.parameter(weight), at_once});
  if (!at_once) access.push_back({place.buffer, true});
  const auto& rule = optimizers::row(lowering.request().optimizer->rule);
  lowering.add(what + ": gradient of the rows that were met" +
                   (at_once ? fmt::format(", {}", rule.name) : ""),
               Phase::backward_and_update, std::move(access),
               [&lowering, weight, places, met, sums, at_once, place,
                make_walk](const Buffers& buffers) -> std::unique_ptr<plan::Stage<T>> {
                 const kernels::Panels<T> of = table_of(lowering, weight);
                 auto walk = make_walk(buffers);
                 return std::make_unique<MetRowsStage<T, decltype(walk)>>(
                     std::move(walk), of, lowering.graph().parameters[weight].columns,
                     MetRows<T>(buffers.at<std::uint32_t>(places), buffers.at<std::uint32_t>(met),
                                buffers.at<T>(sums), of.padded_columns()),
                     lowering.trainable(weight), at_once ? nullptr : lowering.at(buffers, place));
               });
  if (at_once)
    lowering.bound_units(operation, weight);
  else
    lowering.update(operation, {weight}, {place}, kNoBuffer);
}

}  // namespace lithe::ops
