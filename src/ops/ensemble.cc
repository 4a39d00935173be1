// ensemble: the mean of what several networks make of the same input.
//
//   input -> member 1 -> (softmax) -+
//         -> member 2 -> (softmax) -+-> sum -> mean -> (log) -> output
//
// Networks whose loss takes logits answer with probabilities. Their mean goes back to logits, so
// that the ensemble is used, scored and learned like one of its members.
#include <fmt/format.h>

#include <array>
#include <optional>

#include "ops/add.h"
#include "ops/layer.h"
#include "ops/mean.h"

namespace lithe::ops {

namespace {

struct MeanOf {
  const char *name, *help;
  const char* activation;  // of what a member puts out
  kernels::Link link;      // back from it
};
constexpr std::array<MeanOf, 3> kMeans = {
    {{"outputs", "of what the networks put out", "identity", kernels::Link::identity},
     {"softmax", "of the probabilities of classes, put out as logits, for cross_entropy", "softmax",
      kernels::Link::log},
     {"sigmoid", "of the probability of each output, put out as logits, for binary_cross_entropy",
      "sigmoid", kernels::Link::logit}}};

const MeanOf& mean_of(const std::string& name) {
  const MeanOf* found = kMeans.data();
  while (found->name != name) ++found;
  return *found;
}

// The networks beside one another, each from where the first begins.
class Members {
 public:
  explicit Members(GraphBuilder& builder) : builder_(builder), before_(place()) {}

  void add(const Sentence& network, const MeanOf& mean) {
    set(before_);
    builder_.tied.reset();
    builder_.member = &network;
    builder_.append(network);
    builder_.member = before_.member;
    if (count_ == 0)
      first_ = place();
    else
      match(network);
    if (mean.link != kernels::Link::identity) activate(mean);
    if (count_++ == 0) {
      sum_ = builder_.slot;
      return;
    }
    const SlotId other = builder_.slot;
    builder_.add(make_add(sum_, other, builder_.advance("sum of the members")));
    sum_ = builder_.slot;
  }

  void end(kernels::Link link, std::string_view probabilities) {
    builder_.tied = before_.tied;
    builder_.slot = sum_;
    builder_.add(make_mean(sum_, builder_.advance("mean of the members"), count_, link,
                           link == kernels::Link::identity ? probabilities : std::string_view()));
  }

 private:
  struct Place {
    SlotId slot;
    Shape shape;
    std::size_t channels;
    std::optional<SlotId> lengths;
    std::optional<ParameterId> tied;
    const Sentence* member;
  };

  Place place() const {
    return {builder_.slot,    builder_.shape, builder_.channels,
            builder_.lengths, builder_.tied,  builder_.member};
  }
  void set(const Place& place) {
    builder_.slot = place.slot, builder_.shape = place.shape, builder_.channels = place.channels;
    builder_.lengths = place.lengths;
  }

  void activate(const MeanOf& mean) {
    const auto& operations = builder_.graph.operations;
    if (!operations.empty() && !operations.back().op->traits().probabilities.empty())
      builder_.fail(fmt::format("a network of the ensemble ends with {} already",
                                operations.back().op->traits().probabilities),
                    "mean=outputs, or networks that end with dense alone");
    builder_.activate({mean.activation, {}});
  }

  // Brings what the network puts out into the form of the first one's.
  void match(const Sentence& network) {
    if (builder_.shape != first_.shape || builder_.lengths != first_.lengths)
      builder_.fail(
          fmt::format("{} comes out of the first network of the ensemble and {} out of another",
                      first_.shape.to_string(), builder_.shape.to_string()),
          network.empty() ? "networks that end alike"
                          : fmt::format("networks that end alike, with {} units each",
                                        first_.shape.sizes.back()));
    if (builder_.graph.slots[first_.slot].positions == 1)
      builder_.by_examples();
    else
      builder_.by_positions();
  }

  GraphBuilder& builder_;
  Place before_, first_{};
  SlotId sum_ = 0;
  std::size_t count_ = 0;
};

void build(const Component& layer, GraphBuilder& builder) {
  const MeanOf& mean = mean_of(layer.component("mean").name);
  Members members(builder);
  for (std::size_t i = 0; i < layer.integer("times"); ++i)
    for (const Sentence& network : layer.networks("networks")) members.add(network, mean);
  const auto& operations = builder.graph.operations;
  members.end(mean.link, operations.empty() ? std::string_view()
                                            : operations.back().op->traits().probabilities);
}

}  // namespace

std::vector<Layer> ensemble_layers() {
  using network::Type;
  return {{{"ensemble",
            "the mean of what several networks make of the same input",
            {{"networks", "networks whose outputs have the same shape", Type::networks},
             {"times", "how often each of them, every time with weights of its own", Type::integer,
              "1", 1, 1000},
             {"mean", "of what: outputs, or of softmax or sigmoid, put out as logits",
              Type::component, "outputs", 0, 0, false, network::Category::mean}}},
           build,
           InputForm::any,
           /*holds_layers=*/true}};
}

std::vector<network::Declaration> mean_declarations() {
  std::vector<network::Declaration> result;
  for (const MeanOf& mean : kMeans) result.push_back({mean.name, mean.help});
  return result;
}

}  // namespace lithe::ops
