// A critic of SAC: a Q-network with its target network.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agents/archive.h"
#include "agents/networks.h"
#include "lithe/learner.h"
#include "lithe/predictor.h"

namespace lithe::agents {

struct SacCritic {
  SacCritic(const NetworkSpec& spec, std::uint64_t seed, const LearnerOptions& options)
      : online(make_network(spec, seed)),
        target(make_network(spec, seed)),
        learner(online, options),
        differentiator(online, {.batch = options.batch,
                                .threads = options.threads,
                                .isa = options.isa,
                                .input_gradient = true,
                                .updates = false}),
        target_predictor(target, options.batch, options.isa),
        gradient(options.batch) {}

  void serialize(const std::string& name, Archive& archive) {
    archive.add(name, online);
    archive.add(name + ".target", target);
    archive.add(name + ".learner", learner);
  }

  Model online, target;
  Learner learner;
  Learner
      differentiator;  // does not update `online`: gives the gradient of the Q-value by the action
  Predictor target_predictor;
  std::span<const float> q_values;  // the latest outputs of `differentiator` or `target_predictor`
  std::vector<float> gradient;
  double loss = 0;  // summed over an iteration
};

}  // namespace lithe::agents
