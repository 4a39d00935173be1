// Ensembles: several models that answer together, by the mean of their answers.
//
//   Model model = train_ensemble(prototype, train, test, options, 10).model;
//   model.save("ensemble.safetensors");  // a model like any other
//   disagreement(model, features);       // how far its members are apart
//
// Its network is input(8) -> ensemble(dense(30, relu) -> dense(1), times=10), say.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/model.h"
#include "lithe/trainer.h"

namespace lithe {

// The model whose answer is the mean of the members': of the probability of each class after
// cross_entropy, of each output's probability after binary_cross_entropy, and of the outputs
// otherwise. It keeps the preprocessing of the members, and what their metadata have in common.
// Where the targets of two were scaled otherwise, the weights of the last layer are brought to the
// scale of the first. Throws Error(model) where there is no member, or where two differ in what
// they take or answer: input, precision, loss, classes, the columns of their table, the scale of
// their targets where the network does not end with a dense layer without an activation.
Model ensemble(std::span<const Model> members);
Model ensemble(std::span<const Model* const> members);

// Called when a member, counted from 0, has done an epoch; by one thread at a time, not always the
// same. false ends the training of all.
using MemberCallback = std::function<bool(std::size_t member, const EpochReport& report)>;

struct TrainedEnsemble {
  Model model;
  std::vector<EpochReport> reports;  // the last of each member, or the best where patience kept it
};

// Trains `count` models like `prototype`, of the same network, precision, preprocessing, metadata
// and statistics of `standardize`, and makes an ensemble of them. Member i is what a Trainer makes
// of the seed options.seed + i, which its initial values, the order of the examples, noise and the
// examples for validation come from; targets are scaled as the first member's are. Each member is
// trained on one thread, options.threads of them at a time (0: as many as there are processors);
// the result does not depend on it. Where the callback ended the training, the members are those
// that have done an epoch. Throws what Trainer does, Error(usage) for no members and for
// options.state; Cancelled as a training does.
TrainedEnsemble train_ensemble(const Model& prototype, const Examples& train, const Examples& test,
                               const TrainOptions& options, std::size_t count,
                               const MemberCallback& callback = {});

// Whether the model is such an ensemble: a network of one layer `ensemble` behind its input.
bool is_ensemble(const Model& model);

// The models that such an ensemble is made of; none where the model is no ensemble.
std::vector<Model> members_of(const Model& model);

// The standard deviation of the members' answers (divided by their number, not one less): of the
// probability of each class where the model has classes, of the outputs otherwise. [rows][classes]
// or [rows][outputs], row-major. Throws Error(model) where the model is no ensemble, and what
// Model::predict throws.
std::vector<double> disagreement(const Model& model, const Features& features);

}  // namespace lithe
