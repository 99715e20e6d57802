"""It changes the schema and old rows of a table, and then cannot go on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "later_2_rows")]
    operations = [
        migrations.AddField("commitment", "half", models.IntegerField(null=True)),
        migrations.RunSQL("UPDATE core_commitment SET half = 1"),
        migrations.RunSQL("SELECT 1 / (count(*) - count(*)) FROM core_commitment"),
    ]
