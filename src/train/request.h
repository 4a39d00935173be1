// The one place where requests for plans are put together. What a request points to must outlive
// the plans that are made of it.
#pragma once

#include <cstddef>
#include <string>

#include "lithe/dataset.h"
#include "lithe/learner.h"
#include "lithe/trainer.h"
#include "plan/plan.h"

namespace lithe::train {

// Rows of float32 values that will be bound to a plan later.
Features unbound_inputs(const graph::Graph& graph, double divisor);

// Training steps with the loss of the options.
plan::Request training_request(const graph::Graph& graph, const Examples& examples,
                               const TrainOptions& options, const optimizers::Optimizer& optimizer,
                               const augment::Augmenter* augmenter, plan::Blas* blas);

// The same steps, with values and gradients kept for whoever looks at them.
plan::Request watching_request(plan::Request training);

// The loss and the number of correct answers, for `rows` of the examples. `target_deviation`: see
// plan::Request.
plan::Request evaluation_request(const graph::Graph& graph, const Examples& examples,
                                 std::size_t rows, const losses::Choice& loss,
                                 const std::string& isa, plan::Blas* blas = nullptr,
                                 const std::vector<double>& target_deviation = {});

// The outputs for inputs of this form.
plan::Request prediction_request(const graph::Graph& graph, const Features& inputs,
                                 std::size_t batch, const std::string& isa);

// Training steps whose gradient by the outputs comes from the caller. Without `options.updates`
// every array is frozen.
plan::Request external_gradient_request(const graph::Graph& graph, const Features& inputs,
                                        const LearnerOptions& options,
                                        const optimizers::Optimizer& optimizer);

}  // namespace lithe::train
