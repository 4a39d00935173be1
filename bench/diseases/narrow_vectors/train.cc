// K-means over random points: assigns each point to its nearest centre and moves the centres.
#include <algorithm>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

namespace {

constexpr int kDimensions = 64;
constexpr int kCentres = 256;
constexpr int kPoints = 60000;

struct Clusters {
  std::vector<float> centres = std::vector<float>(kDimensions * kCentres);
  std::vector<float> sums = std::vector<float>(kDimensions * kCentres);
  std::vector<int> counts = std::vector<int>(kCentres);
  std::vector<float> distances = std::vector<float>(kCentres);
};

// Centres lie by dimension, so that neighbours in memory belong to different centres.
void measure(Clusters& clusters, const float* point) {
  float* distances = clusters.distances.data();
  std::fill(distances, distances + kCentres, 0.0F);
  for (int d = 0; d < kDimensions; ++d) {
    const float* centres = clusters.centres.data() + d * kCentres;
    for (int c = 0; c < kCentres; ++c) {
      const float difference = centres[c] - point[d];
      distances[c] += difference * difference;
    }
  }
}

float assign(Clusters& clusters, const float* point) {
  measure(clusters, point);
  const auto nearest = std::min_element(clusters.distances.begin(), clusters.distances.end());
  const auto centre = static_cast<int>(nearest - clusters.distances.begin());
  for (int d = 0; d < kDimensions; ++d) clusters.sums[d * kCentres + centre] += point[d];
  ++clusters.counts[centre];
  return *nearest;
}

void move(Clusters& clusters) {
  for (int d = 0; d < kDimensions; ++d)
    for (int c = 0; c < kCentres; ++c)
      if (clusters.counts[c] > 0)
        clusters.centres[d * kCentres + c] =
            clusters.sums[d * kCentres + c] / static_cast<float>(clusters.counts[c]);
  std::fill(clusters.sums.begin(), clusters.sums.end(), 0.0F);
  std::fill(clusters.counts.begin(), clusters.counts.end(), 0);
}

}  // namespace

int main() {
  std::mt19937 random(8);
  std::normal_distribution<float> normal;
  std::vector<float> points(static_cast<std::size_t>(kPoints) * kDimensions);
  for (float& value : points) value = normal(random);
  Clusters clusters;
  for (float& value : clusters.centres) value = normal(random);
  for (int epoch = 1; epoch <= 8; ++epoch) {
    double total = 0;
    for (int p = 0; p < kPoints; ++p) total += assign(clusters, points.data() + p * kDimensions);
    move(clusters);
    std::printf("epoch %d distance %.4f\n", epoch, total / kPoints);
    std::fflush(stdout);
  }
}
