import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Matrix factorisation of ratings by stochastic gradient descent. */
public final class Train {
    private static final int USERS = 20_000;
    private static final int ITEMS = 5_000;
    private static final int FACTORS = 32;
    private static final int RATINGS = 300_000;

    static List<Double> vector(Random random) {
        List<Double> values = new ArrayList<>(FACTORS);
        for (int f = 0; f < FACTORS; f++) {
            values.add(0.1 * random.nextGaussian());
        }
        return values;
    }

    static double update(List<Double> user, List<Double> item, double rating, double rate) {
        double predicted = 0;
        for (int f = 0; f < FACTORS; f++) {
            predicted += user.get(f) * item.get(f);
        }
        double error = rating - predicted;
        for (int f = 0; f < FACTORS; f++) {
            Double u = user.get(f);
            Double i = item.get(f);
            user.set(f, u + rate * error * i);
            item.set(f, i + rate * error * u);
        }
        return error * error;
    }

    public static void main(String[] arguments) {
        Random random = new Random(6);
        List<List<Double>> users = new ArrayList<>();
        List<List<Double>> items = new ArrayList<>();
        for (int u = 0; u < USERS; u++) {
            users.add(vector(random));
        }
        for (int i = 0; i < ITEMS; i++) {
            items.add(vector(random));
        }
        for (int epoch = 1; epoch <= 8; epoch++) {
            Random order = new Random(7);
            double loss = 0;
            for (int r = 0; r < RATINGS; r++) {
                int u = order.nextInt(USERS);
                int i = order.nextInt(ITEMS);
                loss += update(users.get(u), items.get(i), 1 + (u + i) % 5, 0.01);
            }
            System.out.printf("epoch %d loss %.4f%n", epoch, loss / RATINGS);
            System.out.flush();
        }
    }
}
